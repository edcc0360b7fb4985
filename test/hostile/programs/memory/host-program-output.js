// All that a program may print, again and again.
// expect: status=ok|error|timeout
// modules: exec
// limits: mem_mb=32 cpu_ms=1500 wall_ms=3000
for (let i = 0; i < 20; i++) { try { require('exec').run('head', ['-c', '4000000', '/dev/zero']); } catch {} }
