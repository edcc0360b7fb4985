// Timers that hold data.
// expect: status=error
// limits: mem_mb=32 cpu_ms=5000
for (;;) setTimeout(() => {}, 1, new Uint8Array(1000));
