// indexOf over 2^53 absent elements never asks whether to stop.
// expect: status=timeout limit=cpu_ms|wall_ms
Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);
