// Symbol's own members and prototype.
// expect: status=ok
// then: Object(1) => [Number: 1]
Object.defineProperty(Symbol.prototype, 'description', { get() { for (;;); } });
Symbol.for = Symbol.keyFor = Symbol.prototype.toString = () => { for (;;); };
console.log(Symbol('x'), { [Symbol('k')]: 1 });
