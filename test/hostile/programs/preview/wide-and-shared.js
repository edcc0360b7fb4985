// Thirty levels of twice the same.
// expect: status=ok
// limits: cpu_ms=5000
let o = {};
for (let i = 0; i < 30; i++) o = { a: o, b: o, c: [o, o, o] };
o;
