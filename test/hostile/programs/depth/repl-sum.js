// A sum of a hundred thousand terms with a declaration beside.
// expect: status=error|ok|timeout
// state: any
// limits: cpu_ms=3000
// source: 'let x = ' + '1+'.repeat(1e5) + '1; x'
