// Millions of line ends before a type that must be taken out: a list of them would be many times as large.
// expect: status=ok
// limits: mem_mb=64 cpu_ms=10000
// source: "\r\n\u2028".repeat(1.2e6) + "let x: number = 1"
