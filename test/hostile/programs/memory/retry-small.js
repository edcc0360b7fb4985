// The same in small pieces, and with what is kept let go in between.
// expect: status=error|timeout code=OUT_OF_MEMORY|TIMEOUT
// limits: mem_mb=32 cpu_ms=2000
let a = [];
for (;;) { try { a.push({ a: [] }); } catch { a = a.slice(0, 1000); } }
