// The __proto__ accessor replaced.
// expect: status=ok
// then: ({ a: 1 }) => { a: 1 }
Object.defineProperty(Object.prototype, '__proto__', { get() { for (;;); }, set() { for (;;); } });
console.log({ __proto__: null, a: 1 });
