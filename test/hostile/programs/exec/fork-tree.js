// A tree of two hundred processes.
// expect: status=timeout limit=wall_ms|cpu_ms
// modules: exec
// limits: wall_ms=1500
require('exec').run('sh', ['-c', 'f() { if [ $1 -gt 0 ]; then f $(($1-1)) & f $(($1-1)) & fi; sleep 1000; }; f 6']);
