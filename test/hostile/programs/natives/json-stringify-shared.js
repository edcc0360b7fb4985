// Twenty levels of twice the same: a million leaves from twenty objects.
// expect: status=timeout|error|ok
let o = {};
for (let i = 0; i < 30; i++) o = { a: o, b: o };
JSON.stringify(o);
