// %d, %i, %f, %j, %o of things that throw on conversion.
// expect: status=ok|error
const bad = { valueOf() { throw 1; }, toString() { throw 2; }, toJSON() { throw 3; }, [Symbol.toPrimitive]() { throw 4; } };
console.log('%d %i %f %j %o %O %c', bad, bad, bad, bad, bad, bad, bad);
console.log('%d', Symbol('x'), 10n);
