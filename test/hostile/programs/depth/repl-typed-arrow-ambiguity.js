// Conditional arrows with return types: exponential in a parser that tries both.
// expect: status=error|ok|timeout
// state: any
// source: 'let r = ' + '0 ? (a) : (b): c => '.repeat(40) + '1'
