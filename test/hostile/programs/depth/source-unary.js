// A million exclamation marks.
// expect: status=error|ok
eval('!'.repeat(1e6) + '1');
