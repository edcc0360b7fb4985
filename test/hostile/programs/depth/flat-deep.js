// flat of a hundred thousand levels.
// expect: status=error|ok
// limits: cpu_ms=2000
let a = [1];
for (let i = 0; i < 1e5; i++) a = [a];
a.flat(Infinity).length;
