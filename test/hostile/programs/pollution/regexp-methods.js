// exec, test and the symbols of regular expressions replaced.
// expect: status=error
// message: /^TypeError: .*mine/
for (const key of Reflect.ownKeys(RegExp.prototype)) { try { Object.defineProperty(RegExp.prototype, key, { value: () => { for (;;); } }); } catch {} }
console.log(new Error('x'), /x/);
throw new TypeError('mine');
