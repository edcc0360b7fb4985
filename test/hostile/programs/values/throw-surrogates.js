// An error with halves of pairs and NULs.
// expect: status=error
throw new Error('\ud800 a\0b \udfff');
