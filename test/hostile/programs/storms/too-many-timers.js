// More timers than there may be.
// expect: status=error
// message: /Too many timers/
// limits: cpu_ms=3000 mem_mb=128
for (let i = 0; i < 200000; i++) setTimeout(() => {}, 1);
