// Spreads an endless iterator.
// expect: status=error|timeout code=OUT_OF_MEMORY|TIMEOUT
// limits: mem_mb=16 cpu_ms=3000
[...(function* () { for (;;) yield {}; })()];
