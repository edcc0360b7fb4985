// Causes of causes.
// expect: status=error
// limits: cpu_ms=2000 mem_mb=64
let e = new Error('first');
for (let i = 0; i < 20000; i++) e = new Error('x', { cause: e });
throw e;
