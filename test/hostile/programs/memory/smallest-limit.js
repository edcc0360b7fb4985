// The smallest limit.
// expect: status=error code=OUT_OF_MEMORY
// limits: mem_mb=8 cpu_ms=5000
const a = [];
for (;;) a.push({});
