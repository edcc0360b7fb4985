// Functions in functions.
// expect: status=error
eval('(function(){'.repeat(2e4) + '})'.repeat(2e4));
