// call, apply and bind replaced.
// expect: status=ok
// console: x 1
// then: 1 + 1 => 2
Function.prototype.call = Function.prototype.apply = Function.prototype.bind = Function.prototype.toString = Function.prototype[Symbol.hasInstance] = () => { throw new Error('polluted'); };
console.log('x', 1);
setTimeout(() => {}, 0);
