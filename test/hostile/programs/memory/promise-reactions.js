// Reactions pile up on one promise.
// expect: status=error code=OUT_OF_MEMORY
// limits: mem_mb=16 cpu_ms=5000
const p = new Promise(() => {});
for (;;) p.then(() => 1);
