// The memory ends in a timer.
// expect: status=error code=OUT_OF_MEMORY
// limits: mem_mb=16 cpu_ms=5000
const a = [];
setTimeout(() => { for (;;) a.push(new Uint8Array(1e5)); }, 1);
