// What property descriptors inherit from.
// expect: status=ok
// console: line { a: [ 1 ] }
// then: ({ a: [1, 'x'] }) => { a: [ 1, 'x' ] }
// then: setTimeout(() => {}, 1) > 0 => true
for (const key of ['get', 'set', 'value', 'writable', 'enumerable', 'configurable']) Object.prototype[key] = () => { throw new Error('polluted'); };
console.log('line', { a: [1] });
