// Registered symbols are never released.
// expect: status=error|timeout code=OUT_OF_MEMORY|TIMEOUT
// limits: mem_mb=32 cpu_ms=500
for (let i = 0; ; i++) Symbol.for('s' + i);
