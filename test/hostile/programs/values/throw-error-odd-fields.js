// An error whose fields are of the wrong kinds.
// expect: status=error
const e = new Error('x');
Object.assign(e, { name: Symbol('n'), message: { a: 1 }, stack: 42, code: {}, cause: 10n });
throw e;
