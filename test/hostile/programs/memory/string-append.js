// A string that grows by a character.
// expect: status=error|timeout code=OUT_OF_MEMORY|TIMEOUT
// limits: mem_mb=16 cpu_ms=3000
let s = '';
for (;;) s += 'xy';
