// Twenty of thirty-two megabytes, kept for the next execution.
// expect: status=ok
// then: held.length + held[19][999999] => 27
// limits: mem_mb=32 cpu_ms=5000
globalThis.held = [];
for (let i = 0; i < 20; i++) held.push(new Uint8Array(1e6).fill(7));
held.length;
