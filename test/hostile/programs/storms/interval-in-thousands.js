// A thousand intervals.
// expect: status=timeout limit=wall_ms|cpu_ms
// limits: wall_ms=700
for (let i = 0; i < 1000; i++) setInterval(() => {}, 1);
