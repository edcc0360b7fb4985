// The decimal digits of a number of a million bits.
// expect: status=timeout|ok|error
// limits: mem_mb=64
((1n << 1000000n) - 1n).toString().length;
