// throw a bigint.
// expect: status=error
// message: /10/
throw 10n;
