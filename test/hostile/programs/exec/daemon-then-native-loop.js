// A daemon is left, then the worker must be killed.
// expect: status=timeout limit=cpu_ms|wall_ms
// modules: exec
require('exec').run('setsid', ['--fork', 'sleep', '1000']);
Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);
