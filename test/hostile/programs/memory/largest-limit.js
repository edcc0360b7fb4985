// The largest memory that a template may give.
// expect: status=ok
// preview: 16777216
// limits: mem_mb=2048 cpu_ms=2000
// then: new Uint8Array(1 << 20).length => 1048576
new Uint8Array(1 << 24).fill(7).length;
