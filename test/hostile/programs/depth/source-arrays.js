// The same with brackets.
// expect: status=error
eval('['.repeat(1e5) + ']'.repeat(1e5));
