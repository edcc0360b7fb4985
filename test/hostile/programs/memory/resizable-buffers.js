// Buffers that grow.
// expect: status=error
// limits: mem_mb=32 cpu_ms=5000
const a = [];
for (;;) { const b = new ArrayBuffer(8, { maxByteLength: 4e6 }); b.resize(4e6); new Uint8Array(b).fill(1); a.push(b); }
