// A string that doubles: as long as there may be one, before it is written out.
// expect: status=error|timeout
// limits: mem_mb=32 cpu_ms=1000
let s = 'x';
for (;;) s += s + 'y';
