// Big integers without end.
// expect: status=error|timeout code=OUT_OF_MEMORY|TIMEOUT
// limits: mem_mb=32 cpu_ms=3000
const a = [];
for (let i = 1n; ; i++) a.push(i << 100000n);
