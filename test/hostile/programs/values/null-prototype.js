// Objects without prototypes, with symbols and accessors.
// expect: status=ok
Object.defineProperties(Object.create(null), { a: { get() { throw 1; }, enumerable: true }, [Symbol.toStringTag]: { value: 'Tag' }, b: { value: 1 } });
