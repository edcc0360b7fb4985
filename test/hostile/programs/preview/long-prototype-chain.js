// A chain of twenty thousand prototypes.
// expect: status=ok
// limits: cpu_ms=2000
let o = {};
for (let i = 0; i < 20000; i++) o = Object.create(o);
o;
