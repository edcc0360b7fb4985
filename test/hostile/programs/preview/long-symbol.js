// A symbol with a description of a million characters.
// expect: status=ok
// limits: cpu_ms=1000
Symbol('s'.repeat(1e6));
