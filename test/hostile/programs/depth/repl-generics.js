// A call that may be a comparison, ambiguously nested.
// expect: status=error|ok|timeout
// state: any
// source: 'let r = ' + 'a<b,c>(d'.repeat(3000)
