// JSON replaced.
// expect: status=ok
// preview: { a: 1 }
// then: ({ b: 2 }) => { b: 2 }
JSON.parse = JSON.stringify = () => { throw new Error('polluted'); };
globalThis.JSON = undefined;
({ a: 1 });
