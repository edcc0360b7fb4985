// Kills its parent, which runs the guest.
// expect: status=error code=WORKER_CRASHED
// state: before
// modules: exec
require('exec').run('sh', ['-c', 'kill -9 $PPID; sleep 1000']);
