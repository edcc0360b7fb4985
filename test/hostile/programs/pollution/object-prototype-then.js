// Every object is a thenable that loops, once.
// expect: status=ok|timeout
Object.defineProperty(Object.prototype, 'then', { configurable: true, get() { return undefined; } });
({ a: 1 });
