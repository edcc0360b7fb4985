// A shell that ignores every signal that it can, with children that do.
// expect: status=timeout limit=wall_ms
// modules: exec
// limits: wall_ms=500
require('exec').run('sh', ['-c', 'trap "" TERM INT HUP QUIT PIPE; (trap "" TERM INT HUP; while :; do sleep 1; done) & while :; do sleep 1; done']);
