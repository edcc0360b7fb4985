// `this` of callbacks that our code calls.
// expect: status=ok
// preview: true true true
const got = [];
setTimeout(function () { 'use strict'; got.push(this === undefined || this === globalThis || typeof this === 'object' && Object.getPrototypeOf(this) !== Function.prototype); }, 0);
queueMicrotask(function () { 'use strict'; got.push(this === undefined); });
console.log({ [Symbol.for('nodejs.util.inspect.custom')](...args) { got.push(args.length <= 3); return 'x'; } });
await new Promise((r) => setTimeout(r, 5));
got.join(' ');
