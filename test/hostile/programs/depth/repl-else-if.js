// A chain of twenty thousand else-ifs.
// expect: status=ok|error|timeout
// state: any
// source: 'let y = 1;' + 'if (0) {} else '.repeat(2e4) + '{}'
