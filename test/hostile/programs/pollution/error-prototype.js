// Error's prototype and constructors replaced.
// expect: status=error
// then: 1 => 1
Object.defineProperty(Error.prototype, 'message', { get() { for (;;); } });
Object.defineProperty(Error.prototype, 'name', { get() { for (;;); } });
Error.prototype.toString = () => { for (;;); };
globalThis.Error = globalThis.TypeError = function () { for (;;); };
null.x;
