// Promises that never settle, kept.
// expect: status=error code=OUT_OF_MEMORY
// limits: mem_mb=16 cpu_ms=5000
const a = [];
for (;;) a.push(new Promise(() => {}));
