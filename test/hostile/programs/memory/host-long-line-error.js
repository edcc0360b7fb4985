// The column of an error at the end of a long line.
// expect: status=error
// message: SyntaxError: Unexpected token ')'
// limits: mem_mb=64 cpu_ms=10000
// source: "let x = '" + "y".repeat(7.5e6) + "')"
