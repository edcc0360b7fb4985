// A startup file that loops: the session is not made.
// kind: startup
// expect: http=422 code=SESSION_STARTUP_FAILED
for (;;);
