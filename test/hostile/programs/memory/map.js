// A map without end.
// expect: status=error code=OUT_OF_MEMORY
// limits: mem_mb=16 cpu_ms=5000
const m = new Map();
for (let i = 0; ; i++) m.set(i, 'v' + i);
