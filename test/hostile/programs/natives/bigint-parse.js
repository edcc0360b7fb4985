// A million digits as a number.
// expect: status=timeout|ok|error
// limits: mem_mb=64
typeof BigInt('9'.repeat(1000000));
