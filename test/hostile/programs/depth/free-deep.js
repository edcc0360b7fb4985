// Releasing a list of a million cells.
// expect: status=ok
// preview: freed
// limits: cpu_ms=5000 mem_mb=128
let list = null;
for (let i = 0; i < 1e6; i++) list = { list };
list = null;
'freed';
