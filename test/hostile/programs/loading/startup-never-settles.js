// A startup file that waits for ever.
// kind: startup
// expect: http=422 code=SESSION_STARTUP_FAILED
// limits: wall_ms=300
setInterval(() => {}, 1);
