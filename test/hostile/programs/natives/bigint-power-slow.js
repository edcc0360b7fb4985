// Powers that fit and take long.
// expect: status=timeout|error
let x = 3n;
for (;;) x = x ** 3n;
