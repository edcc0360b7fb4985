// One that holds no pipe.
// expect: status=ok
// modules: exec
require('exec').run('sh', ['-c', 'sleep 1000 >/dev/null 2>&1 </dev/null & exit 0']);
