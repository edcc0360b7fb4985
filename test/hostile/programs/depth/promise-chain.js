// A promise resolved with a promise, a hundred thousand times.
// expect: status=ok
// preview: 1
// limits: cpu_ms=3000 mem_mb=128
let p = Promise.resolve(1);
for (let i = 0; i < 1e5; i++) { const q = p; p = new Promise((r) => r(q)); }
await p;
