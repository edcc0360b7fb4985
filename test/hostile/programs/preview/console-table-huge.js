// A table of two hundred thousand rows: output limit or a cut.
// expect: status=ok|error|timeout http=201|422
// limits: cpu_ms=2000 mem_mb=64
console.table(Array.from({ length: 200000 }, (_, i) => ({ i, j: i })));
