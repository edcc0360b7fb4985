// A string of five million characters: shown in part.
// expect: status=ok
// limits: mem_mb=64 cpu_ms=1000
'x'.repeat(5e6);
