// Leaves a daemon, then kills its parent.
// expect: status=error code=WORKER_CRASHED
// state: before
// modules: exec
require('exec').run('sh', ['-c', 'setsid --fork sh -c "trap \\"\\" TERM; sleep 1000" >/dev/null 2>&1; kill -9 $PPID; sleep 1000']);
