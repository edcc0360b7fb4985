// Prints without end.
// expect: status=error code=ENOBUFS
// modules: exec
// limits: wall_ms=5000 cpu_ms=5000 mem_mb=32
require('exec').run('yes');
