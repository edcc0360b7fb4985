// Setters for the indices of every array.
// expect: status=ok
// console: 1 2 3
// then: [1, 2] => [ 1, 2 ]
for (let i = 0; i < 20; i++) Object.defineProperty(Array.prototype, i, { configurable: true, get() { return 'polluted'; }, set() { throw new Error('polluted'); } });
console.log(1, 2, 3);
