// One object with keys without end.
// expect: status=error code=OUT_OF_MEMORY
// limits: mem_mb=16 cpu_ms=5000
const o = {};
for (let i = 0; ; i++) o['key' + i] = i;
