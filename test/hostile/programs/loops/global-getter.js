// A global whose getter loops.
// expect: status=timeout limit=cpu_ms
// then: typeof trap => undefined
Object.defineProperty(globalThis, 'trap', { configurable: true, get() { for (;;); } });
trap;
