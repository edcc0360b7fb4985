// unshift moves 2^52 absent elements.
// expect: status=timeout limit=cpu_ms|wall_ms
Array.prototype.unshift.call({ length: 2 ** 52 }, 1);
