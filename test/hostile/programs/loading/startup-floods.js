// A startup file that floods the console.
// kind: startup
// expect: http=422 code=SESSION_STARTUP_FAILED
for (;;) console.log(1);
