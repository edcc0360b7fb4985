// A hundred thousand declarations.
// expect: status=ok|error|timeout
// state: any
// limits: cpu_ms=1000 mem_mb=128
// source: Array.from({ length: 1e5 }, (_, i) => 'let v' + i + ' = ' + i + ';').join('\n')
