// A program that waits for a FIFO.
// expect: status=timeout limit=wall_ms
// modules: exec
// limits: wall_ms=500
require('exec').run('sh', ['-c', 'mkfifo pipe; cat pipe']);
