// The globals that each execution sets are traps that cannot be redefined.
// expect: status=ok
// then: 6 * 7 => 42
for (const key of ['__ARGS__', '__ENV__', '__proto__', 'exports', 'module', 'undefined2']) Object.defineProperty(globalThis, key, { configurable: false, get() { for (;;); }, set() { for (;;); } });
1;
