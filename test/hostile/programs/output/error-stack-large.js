// A stack that the guest wrote, of a million characters.
// expect: status=error
const e = new Error('x');
e.stack = 'Error: x\n' + '    at f (x.js:1:1)\n'.repeat(1e5);
throw e;
