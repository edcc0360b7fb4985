// Shared structure that JSON would write out a billion times.
// expect: status=ok
// limits: cpu_ms=5000
let o = ['x'];
for (let i = 0; i < 40; i++) o = [o, o];
({ o });
