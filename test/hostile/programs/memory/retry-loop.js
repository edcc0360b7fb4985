// Catches every refusal and tries again.
// expect: status=error code=OUT_OF_MEMORY
// limits: mem_mb=32 cpu_ms=5000
const a = [];
for (;;) { try { a.push(new Uint8Array(1e6)); } catch {} }
