// Parentheses that may be parameters: each level is tried twice by a careless parser.
// expect: status=error|ok|timeout
// state: any
// source: 'let r = ' + '(a = '.repeat(60) + '1' + ')'.repeat(60) + ' as any'
