// A startup file that fills the memory.
// kind: startup
// expect: http=422 code=SESSION_STARTUP_FAILED
// limits: mem_mb=32 cpu_ms=5000
const a = [];
for (;;) a.push(new Uint8Array(1e6));
