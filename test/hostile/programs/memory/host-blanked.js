// A type of millions of characters, blanked.
// expect: status=ok
// limits: mem_mb=64 cpu_ms=10000
// source: "let x: '" + "y".repeat(7e6) + "' = 1"
