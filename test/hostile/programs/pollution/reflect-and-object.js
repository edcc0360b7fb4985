// The functions that look at objects are replaced.
// expect: status=ok
// console: { a: 1 } [ 2 ]
// then: ({ a: [1] }) => { a: [ 1 ] }
for (const O of [Object, Reflect, Number, Math, Date, BigInt, ArrayBuffer, Proxy]) for (const key of Reflect.ownKeys(O)) { if (key === 'ownKeys') continue; try { O[key] = () => { throw new Error('polluted'); }; } catch {} }
console.log({ a: 1 }, [2]);
