// Prints a gigabyte: the program is ended, whether or not the heap holds what it had printed by then.
// expect: status=error code=ENOBUFS|OUT_OF_MEMORY
// modules: exec
// limits: wall_ms=5000 cpu_ms=5000 mem_mb=32
require('exec').run('head', ['-c', '1000000000', '/dev/zero']);
