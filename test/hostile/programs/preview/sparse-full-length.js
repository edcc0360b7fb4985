// An array of full length with one element at its end.
// expect: status=ok
const a = [];
a[4294967294] = 1;
a;
