// Map, Set and their prototypes replaced.
// expect: status=ok
// then: new Promise((r) => setTimeout(r, 1, 5)) => 5
for (const C of [Map, Set, WeakMap, WeakSet]) for (const key of Reflect.ownKeys(C.prototype)) { try { Object.defineProperty(C.prototype, key, { value: () => { throw new Error('polluted'); } }); } catch {} }
setTimeout(() => console.log('fired'), 1);
queueMicrotask(() => {});
