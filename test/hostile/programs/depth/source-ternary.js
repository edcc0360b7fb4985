// A chain of conditionals.
// expect: status=error|ok
eval('0?0:'.repeat(1e5) + '1');
