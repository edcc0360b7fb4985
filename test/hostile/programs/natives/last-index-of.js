// The same from the other end.
// expect: status=timeout limit=cpu_ms|wall_ms
Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1);
