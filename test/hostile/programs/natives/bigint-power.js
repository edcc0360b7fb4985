// A power whose digits fill the memory.
// expect: status=error|timeout
2n ** (2n ** 40n);
