// Something that says that it has 2^53 elements.
// expect: status=ok
Object.assign(Object.create(Array.prototype), { length: 2 ** 53 - 1 });
