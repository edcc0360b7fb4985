// A million open brackets.
// expect: status=error
JSON.parse('['.repeat(1e6));
