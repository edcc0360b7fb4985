// A finally that returns a promise with a finally.
// expect: status=timeout|error code=TIMEOUT|OUT_OF_MEMORY
Promise.resolve().finally(function f() { return Promise.resolve().finally(f); });
