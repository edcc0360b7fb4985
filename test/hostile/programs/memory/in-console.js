// The memory ends while a console line is made.
// expect: status=error
// limits: mem_mb=32 cpu_ms=5000
const a = [];
console.log({ [Symbol.for('nodejs.util.inspect.custom')]() { for (;;) a.push(new Uint8Array(1e5)); } });
