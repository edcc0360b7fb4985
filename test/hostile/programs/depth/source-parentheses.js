// Source with a hundred thousand parentheses, for eval.
// expect: status=error
// limits: cpu_ms=2000
eval('('.repeat(1e5) + '1' + ')'.repeat(1e5));
