// A startup file that throws a trap.
// kind: startup
// expect: http=422 code=SESSION_STARTUP_FAILED
throw new Proxy({}, { get() { for (;;); } });
