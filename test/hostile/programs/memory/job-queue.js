// Jobs pile up faster than they run.
// expect: status=error code=OUT_OF_MEMORY
// limits: mem_mb=16 cpu_ms=5000
for (;;) queueMicrotask(() => {});
