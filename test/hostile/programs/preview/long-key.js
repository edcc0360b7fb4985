// A key of a million characters.
// expect: status=ok
// limits: mem_mb=64 cpu_ms=1000
({ ['k'.repeat(1e6)]: 1 });
