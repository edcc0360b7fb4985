// The classic daemon: two forks, a session, nothing open.
// expect: status=ok
// modules: exec
require('exec').run('sh', ['-c', '(setsid sh -c "(trap \\"\\" TERM HUP; exec sleep 1000) >/dev/null 2>&1 </dev/null &" &) & exit 0']);
