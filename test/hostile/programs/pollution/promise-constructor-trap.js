// The constructor that await looks at is a trap.
// expect: status=ok|error|timeout
Object.defineProperty(Promise.prototype, 'constructor', { get() { for (;;); } });
await Promise.resolve(7);
