// JSON of JSON of JSON.
// expect: status=error|timeout code=OUT_OF_MEMORY|TIMEOUT
// limits: mem_mb=32 cpu_ms=3000
let s = '"';
for (;;) s = JSON.stringify(s);
