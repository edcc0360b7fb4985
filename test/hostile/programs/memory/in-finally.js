// The memory ends inside a finally block.
// expect: status=error code=OUT_OF_MEMORY
// limits: mem_mb=16 cpu_ms=5000
const a = [];
try { throw 1; } finally { for (;;) a.push(new Uint8Array(1e5)); }
