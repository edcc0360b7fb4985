// A clone of a hundred thousand levels.
// expect: status=error|ok
// limits: cpu_ms=2000 mem_mb=64
let o = {};
for (let i = 0; i < 1e5; i++) o = { o };
structuredClone(o) !== o;
