// An error that is its own cause.
// expect: status=ok
const e = new Error('x');
e.cause = e;
e;
