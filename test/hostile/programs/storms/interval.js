// An interval that nobody clears.
// expect: status=timeout limit=wall_ms|cpu_ms
// limits: wall_ms=400
setInterval(() => {}, 0);
