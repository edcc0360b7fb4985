// A daemon is left, then the guest loops until it is stopped.
// expect: status=timeout limit=cpu_ms
// modules: exec
require('exec').run('setsid', ['--fork', 'sleep', '1000']);
for (;;);
