// A wide fan of promises, which is fine.
// expect: status=ok
// preview: 100000
// limits: cpu_ms=5000 mem_mb=128
(await Promise.all(Array.from({ length: 100000 }, (_, i) => i))).length;
