// copyWithin over 2^53 absent elements.
// expect: status=timeout limit=cpu_ms|wall_ms
Array.prototype.copyWithin.call({ length: 2 ** 53 - 1 }, 0, 1);
