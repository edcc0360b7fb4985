// Leaving a loop calls `return`, which does not come back.
// expect: status=timeout limit=cpu_ms
for (const _ of { [Symbol.iterator]: () => ({ next: () => ({ value: 1, done: false }), return() { for (;;); } }) }) break;
