// throw null.
// expect: status=error
throw null;
