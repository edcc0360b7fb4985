// Everything refers to everything.
// expect: status=ok
const a = [];
const m = new Map();
const s = new Set([a, m]);
a.push(a, m, s);
m.set(m, a).set(a, s);
a;
