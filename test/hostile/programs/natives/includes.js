// includes over 2^53 absent elements.
// expect: status=timeout limit=cpu_ms|wall_ms
Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);
