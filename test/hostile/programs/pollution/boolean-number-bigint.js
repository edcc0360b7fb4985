// The primitives' prototypes.
// expect: status=ok
// console: 1 true 10n
// then: [1, true, 10n, 'x'] => [ 1, true, 10n, 'x' ]
for (const P of [Number.prototype, Boolean.prototype, BigInt.prototype]) for (const key of Reflect.ownKeys(P)) { try { P[key] = () => { for (;;); }; } catch {} }
console.log(1, true, 10n);
