// Angle brackets without end.
// expect: status=error|timeout
// state: any
// source: 'let q = ' + '<'.repeat(1e5)
