// One line longer than all output may be.
// expect: http=422|201
// limits: mem_mb=64 cpu_ms=2000
console.log('x'.repeat(5e6));
