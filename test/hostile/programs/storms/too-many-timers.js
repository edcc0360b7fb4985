// More timers than there may be.
// expect: status=error|timeout
// message: /Too many timers|CPU time/
// limits: cpu_ms=1000 mem_mb=128
for (let i = 0; i < 200000; i++) setTimeout(() => {}, 1);
