// One buffer larger than the limit.
// expect: status=error code=OUT_OF_MEMORY
// limits: mem_mb=32 cpu_ms=5000
new ArrayBuffer(64e6);
