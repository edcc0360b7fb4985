// Two hundred thousand entries.
// expect: status=ok
// limits: cpu_ms=3000 mem_mb=64
new Map(Array.from({ length: 200000 }, (_, i) => [i, { i }]));
