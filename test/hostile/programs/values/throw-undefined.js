// throw undefined.
// expect: status=error
throw undefined;
