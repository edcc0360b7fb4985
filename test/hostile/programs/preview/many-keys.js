// Two hundred thousand keys.
// expect: status=ok
// limits: cpu_ms=3000
const o = {};
for (let i = 0; i < 200000; i++) o['k' + i] = i;
o;
