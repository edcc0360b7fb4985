// sort of 2^53 absent elements.
// expect: status=timeout|error
Array.prototype.sort.call({ length: 2 ** 53 - 1 });
