// Suspended generators, kept.
// expect: status=error code=OUT_OF_MEMORY
// limits: mem_mb=16 cpu_ms=5000
const a = [];
for (;;) { const g = (function* () { yield 1; })(); g.next(); a.push(g); }
