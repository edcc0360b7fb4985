// Blocking the thread is not allowed.
// expect: status=error
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
