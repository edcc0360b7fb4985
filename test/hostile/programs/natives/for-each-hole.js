// forEach over holes, inside a try.
// expect: status=timeout limit=cpu_ms|wall_ms
try { Array.prototype.forEach.call({ length: 2 ** 53 - 1 }, () => 0); } catch {}
