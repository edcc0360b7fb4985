// Every global is a getter that throws.
// expect: status=ok
// then: 6 * 7 => 42
// then: await 5 => 5
// then: const z = 1; z => 1
// then: ({ a: 1 }) => { a: 1 }
const { defineProperty, ownKeys } = Reflect;
for (const key of ownKeys(globalThis)) { if (key !== 'touched') { try { defineProperty(globalThis, key, { configurable: true, get() { throw 'polluted'; }, set() { throw 'polluted'; } }); } catch {} } }
