// Types in types.
// expect: status=error|ok|timeout
// state: any
// source: 'let x: ' + 'A<'.repeat(5e4) + 'B' + '>'.repeat(5e4) + ' = 1; x'
