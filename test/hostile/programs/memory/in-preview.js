// The memory ends while the result is shown.
// expect: status=error|ok
// limits: mem_mb=32 cpu_ms=5000
const a = [];
({ [Symbol.for('nodejs.util.inspect.custom')]() { for (;;) a.push(new Uint8Array(1e5)); } });
