// Stops its parent: nobody is left to look at the clock but the daemon.
// expect: status=timeout limit=wall_ms
// modules: exec
// limits: wall_ms=500
require('exec').run('sh', ['-c', 'kill -STOP $PPID; sleep 1000']);
