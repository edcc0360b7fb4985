// Setters on Object.prototype for every name that our code might write.
// expect: status=ok
// then: ({ a: [1, 'x'] }) => { a: [ 1, 'x' ] }
// then: stolen.length => 0
var stolen = [];
for (const key of ['name', 'message', 'stack', 'code', 'type', 'preview', 'json', 'level', 'text', 'callback', 'args', 'id', 'dueMs', 'order', 'module', 'fn', 'throw', 'return', 'properties', 'depth', 'seen', 'room', 'exports', 'loaded'])
  Object.defineProperty(Object.prototype, key, { configurable: true, get() { return undefined; }, set(v) { stolen.push([key, v]); } });
console.log('%s %o', 'x', { a: 1 });
setTimeout(() => {}, 0);
queueMicrotask(() => {});
