// Nested a hundred thousand deep.
// expect: status=ok
// limits: cpu_ms=2000
let o = {};
for (let i = 0; i < 100000; i++) o = { o };
o;
