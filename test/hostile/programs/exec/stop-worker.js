// Stops its parent: nobody is left to look at the clock but the daemon, which finds it stopped.
// expect: status=error code=WORKER_CRASHED
// modules: exec
// limits: wall_ms=60000
require('exec').run('sh', ['-c', 'kill -STOP $PPID; sleep 1000']);
