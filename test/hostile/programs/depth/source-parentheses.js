// Source with a hundred thousand parentheses, for eval.
// expect: status=error
eval('('.repeat(1e5) + '1' + ')'.repeat(1e5));
