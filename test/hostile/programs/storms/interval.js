// An interval that nobody clears.
// expect: status=timeout limit=wall_ms|cpu_ms
// limits: wall_ms=700
setInterval(() => {}, 0);
