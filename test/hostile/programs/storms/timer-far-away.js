// A timer in 24 days.
// expect: status=timeout limit=wall_ms
// limits: wall_ms=300
setTimeout(() => {}, 2 ** 31 - 1);
