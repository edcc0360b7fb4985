// Suspended async functions.
// expect: status=error code=OUT_OF_MEMORY
// limits: mem_mb=16 cpu_ms=5000
const never = new Promise(() => {});
async function f(a, b, c) { await never; return [a, b, c]; }
for (;;) f({}, [], 'x');
