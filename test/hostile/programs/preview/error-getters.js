// An error whose every property is a trap.
// expect: status=ok
const e = new Error('x');
for (const key of ['name', 'message', 'stack', 'cause', 'errors']) Object.defineProperty(e, key, { get() { for (;;); } });
e;
