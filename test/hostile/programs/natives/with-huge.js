// The same for `with`.
// expect: status=timeout|error
Array.prototype.with.call({ length: 2 ** 32 - 1 }, 0, 1);
