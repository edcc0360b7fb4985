// The same, caught, and begun again.
// expect: status=timeout limit=wall_ms
// modules: exec
// limits: wall_ms=500
for (;;) { try { require('exec').run('sleep', ['1000']); } catch {} }
