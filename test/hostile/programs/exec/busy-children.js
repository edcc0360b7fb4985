// Programs that burn the processors: the wall limit ends them.
// expect: status=timeout limit=wall_ms|cpu_ms
// modules: exec
// limits: wall_ms=700
require('exec').run('sh', ['-c', 'for i in 1 2 3 4; do (while :; do :; done) & done; while :; do :; done']);
