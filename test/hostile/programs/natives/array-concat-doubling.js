// An array that doubles.
// expect: status=error|timeout code=OUT_OF_MEMORY|TIMEOUT
let a = [1];
for (;;) a = a.concat(a);
