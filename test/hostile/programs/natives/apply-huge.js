// apply with more arguments than a stack holds.
// expect: status=error
// message: /too many arguments|stack|memory|RangeError|InternalError/
Math.max.apply(null, { length: 2 ** 31 });
