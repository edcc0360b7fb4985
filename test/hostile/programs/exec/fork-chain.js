// Processes that fork and exit, always on the move.
// expect: status=timeout|ok|error
// modules: exec
// limits: wall_ms=800
require('exec').run('bash', ['-c', 'f() { [ $1 -gt 0 ] && { (f $(($1-1)) &) ; }; exit 0; }; f 400; sleep 1000']);
