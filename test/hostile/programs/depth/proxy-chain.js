// A proxy of a proxy, a hundred thousand times.
// expect: status=error|ok
// limits: cpu_ms=2000 mem_mb=64
let p = {};
for (let i = 0; i < 1e5; i++) p = new Proxy(p, {});
p.x;
