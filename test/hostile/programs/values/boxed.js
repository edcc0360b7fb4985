// Boxed primitives with properties.
// expect: status=ok
[Object.assign(new Number(1), { a: 1 }), Object.assign(new String('x'), { b: 2 }), Object(Symbol('s')), Object(1n), new Boolean(false)];
