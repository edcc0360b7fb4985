// A class that extends a class, ten thousand times.
// expect: status=error|ok
// limits: cpu_ms=2000 mem_mb=64
let A = class {};
for (let i = 0; i < 1e4; i++) { const B = A; A = class extends B {}; }
new A() instanceof Object;
