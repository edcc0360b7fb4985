// The same in promises, with a catch for everything.
// expect: status=error|timeout code=OUT_OF_MEMORY|TIMEOUT
// limits: mem_mb=32 cpu_ms=3000
const a = [];
(async () => { for (;;) { try { await null; a.push('x'.repeat(1e6)); } catch {} } })().catch(() => {});
