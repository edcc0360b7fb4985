// The copying methods on a full length.
// expect: status=timeout|error
Array.prototype.toSorted.call({ length: 2 ** 32 - 1 });
