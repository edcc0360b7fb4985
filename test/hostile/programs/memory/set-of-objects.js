// A set without end.
// expect: status=error code=OUT_OF_MEMORY
// limits: mem_mb=16 cpu_ms=5000
const s = new Set();
for (;;) s.add({});
