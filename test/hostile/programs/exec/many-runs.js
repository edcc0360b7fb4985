// Program after program.
// expect: status=timeout|ok limit=wall_ms|cpu_ms
// modules: exec
// limits: wall_ms=800 cpu_ms=800
for (let i = 0; i < 100000; i++) require('exec').run('true');
