// flat over a sparse array of full length.
// expect: status=timeout|error|ok
const a = [];
a.length = 2 ** 32 - 1;
a.flat(Infinity).length;
