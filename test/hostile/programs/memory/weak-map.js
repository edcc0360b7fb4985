// A weak map whose keys are kept.
// expect: status=error code=OUT_OF_MEMORY
// limits: mem_mb=16 cpu_ms=5000
const w = new WeakMap();
const keys = [];
for (;;) { const key = {}; keys.push(key); w.set(key, [key]); }
