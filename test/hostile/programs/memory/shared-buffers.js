// Shared buffers count as well.
// expect: status=error code=OUT_OF_MEMORY
// limits: mem_mb=32 cpu_ms=5000
const a = [];
for (;;) a.push(new SharedArrayBuffer(1e6));
