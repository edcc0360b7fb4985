// An array of numbers without end.
// expect: status=error code=OUT_OF_MEMORY
// limits: mem_mb=16 cpu_ms=5000
const a = [];
for (;;) a.push(a.length + 0.5);
