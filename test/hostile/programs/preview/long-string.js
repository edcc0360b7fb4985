// A string of five million characters: shown in part.
// expect: status=ok
// limits: mem_mb=64
'x'.repeat(5e6);
