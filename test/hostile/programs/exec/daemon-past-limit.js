// Daemons made by a program that is then killed by the limit.
// expect: status=timeout limit=wall_ms
// modules: exec
// limits: wall_ms=500
require('exec').run('sh', ['-c', 'for i in 1 2 3 4 5; do setsid sh -c "setsid sleep 1000 & setsid sleep 1000" >/dev/null 2>&1 & done; sleep 1000']);
