// Closures that hold one another.
// expect: status=error code=OUT_OF_MEMORY
// limits: mem_mb=16 cpu_ms=5000
let f = () => 0;
for (;;) { const g = f; const data = [1, 2, 3]; f = () => [g, data]; }
