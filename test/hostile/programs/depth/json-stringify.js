// A hundred thousand levels as text.
// expect: status=error|ok|timeout
// limits: cpu_ms=500
let o = [];
for (let i = 0; i < 1e5; i++) o = [o];
JSON.stringify(o).length;
