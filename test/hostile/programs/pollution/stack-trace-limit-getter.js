// The limit of stack traces is a getter.
// expect: status=error|timeout
Object.defineProperty(Error, 'stackTraceLimit', { configurable: true, get() { throw new Error('polluted'); } });
null.x;
