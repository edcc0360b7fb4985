// A larger limit is used up as well.
// expect: status=error code=OUT_OF_MEMORY
// limits: mem_mb=128 cpu_ms=5000
const a = [];
for (;;) a.push(new Uint8Array(1e6).fill(1));
