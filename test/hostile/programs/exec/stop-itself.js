// A program that stops itself.
// expect: status=timeout limit=wall_ms
// modules: exec
// limits: wall_ms=500
require('exec').run('sh', ['-c', 'kill -STOP $$; sleep 1000']);
