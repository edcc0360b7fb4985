// A startup file stuck in a native.
// kind: startup
// expect: http=422 code=SESSION_STARTUP_FAILED
Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);
