// Nearly all is used when the result must be made.
// expect: status=ok|error
// state: any
// limits: mem_mb=16 cpu_ms=5000
globalThis.held = [];
for (let size = 1e6; size > 1000; size >>= 1) { for (let i = 0; i < 9; i++) held.push(new Uint8Array(size)); }
held;
