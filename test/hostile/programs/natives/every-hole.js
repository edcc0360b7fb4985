// every, some, forEach, reduce: no callback is ever called for a hole.
// expect: status=timeout limit=cpu_ms|wall_ms
Array.prototype.every.call({ length: 2 ** 53 - 1 }, () => true);
