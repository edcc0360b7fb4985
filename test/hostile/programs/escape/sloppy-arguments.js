// Mapped arguments objects grown and shrunk.
// expect: status=ok
(function (a, b) { arguments.length = 2 ** 31; arguments[1e6] = a; delete arguments[0]; a = 5; return [a, arguments[0], Object.keys(arguments).length]; })(1, 2);
