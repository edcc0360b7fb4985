// Cycles that only a collection frees.
// expect: status=ok
// limits: mem_mb=32 cpu_ms=10000 wall_ms=15000
for (let i = 0; i < 300000; i++) { const o = { data: [i, i, i, i] }; o.self = o; }
'collected';
