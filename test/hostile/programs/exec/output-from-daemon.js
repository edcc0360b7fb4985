// A daemon that prints into the pipe without end while its parent has gone.
// expect: status=ok|error
// modules: exec
// limits: wall_ms=5000 cpu_ms=5000 mem_mb=32
const { length } = require('exec').run('sh', ['-c', 'setsid yes & exit 0']);
length >= 0;
