// The global object inherits from traps.
// expect: status=ok|error
// then: 6 * 7 => 42
Object.setPrototypeOf(globalThis, new Proxy({}, { has() { throw 'polluted'; }, get() { throw 'polluted'; }, set() { throw 'polluted'; } }));
