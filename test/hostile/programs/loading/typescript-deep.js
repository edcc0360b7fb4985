// A TypeScript file of deep types.
// expect: status=error|ok|timeout
// state: any
// as: main.ts
// source: 'type T = ' + '{a:'.repeat(20000) + 'string' + '}'.repeat(20000) + '; 1'
