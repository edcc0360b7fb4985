// A bound function of a bound function, a hundred thousand times.
// expect: status=error|ok
// limits: cpu_ms=2000 mem_mb=64
let f = () => 1;
for (let i = 0; i < 1e5; i++) f = f.bind(null);
f();
