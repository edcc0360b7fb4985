// The prototypes of the prototypes are exchanged.
// expect: status=ok
// then: ({ a: [1] }) => { a: [ 1 ] }
Object.setPrototypeOf(Array.prototype, null);
Object.setPrototypeOf(Function.prototype, null);
Object.setPrototypeOf(Map.prototype, Array.prototype);
console.log([1], { a: 1 });
