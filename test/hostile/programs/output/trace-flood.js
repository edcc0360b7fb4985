// console.trace from a deep stack, often.
// expect: http=422 code=OUTPUT_LIMIT_EXCEEDED
// limits: cpu_ms=2000
function f(n) { if (n === 0) { for (;;) console.trace('x'.repeat(1000)); } else f(n - 1); }
f(100);
