// throw a class.
// expect: status=error
throw class Mine extends Error {};
