// Strings of a megabyte without end.
// expect: status=error code=OUT_OF_MEMORY
// limits: mem_mb=32 cpu_ms=5000
const a = [];
for (let i = 0; ; i++) a.push('x'.repeat(1e6) + i);
