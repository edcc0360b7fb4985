// The snippet itself is a hundred thousand parentheses: the host parses it.
// expect: status=error|timeout
// state: any
// source: '('.repeat(1e5) + '1' + ')'.repeat(1e5)
