// Getters on Object.prototype that loop, for names that our code might read.
// expect: status=ok
// then: [1] => [ 1 ]
for (const key of ['depth', 'compact', 'showHidden', 'toJSON', 'then', 'nodeType', 'cause', 'errors', 'level', 'text', 'immediate', 'repeats', 'holds', 'base', 'url', 'signal', 'once', 'capture', 'passive', 'bytes', '$bytes', '$shape', 'wrapped', 'value0'])
  Object.defineProperty(Object.prototype, key, { configurable: true, get() { for (;;); }, set() { for (;;); } });
console.log({ a: 1 });
