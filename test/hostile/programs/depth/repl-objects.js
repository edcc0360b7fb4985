// Object literals in object literals with a declaration beside.
// expect: status=error|ok|timeout
// state: any
// source: 'const x = ' + '{a:'.repeat(5e4) + '1' + '}'.repeat(5e4)
