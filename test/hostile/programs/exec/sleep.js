// A program that sleeps past the wall limit.
// expect: status=timeout limit=wall_ms
// modules: exec
// limits: wall_ms=500
require('exec').run('sleep', ['1000']);
