// Every method of arrays replaced.
// expect: status=ok
// console: [ 1, 2, 3 ] { a: [] }
// then: [1, 2] => [ 1, 2 ]
for (const key of Reflect.ownKeys(Array.prototype)) { try { if (key !== 'length' && key !== 'constructor') Array.prototype[key] = () => { throw new Error('polluted'); }; } catch {} }
console.log([1, 2, 3], { a: [] });
