// Arrow functions in arrow functions.
// expect: status=error|ok|timeout
// state: any
// source: 'let f = ' + 'a=>'.repeat(5e4) + '1; 1'
