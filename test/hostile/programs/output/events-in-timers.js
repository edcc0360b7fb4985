// The same in timers.
// expect: http=422 code=OUTPUT_LIMIT_EXCEEDED limit=max_events
// limits: max_events=100 wall_ms=3000
setInterval(() => { for (let i = 0; i < 60; i++) console.log(i); }, 1);
