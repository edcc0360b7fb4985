// throw a symbol.
// expect: status=error
// message: /Symbol\(x\)/
throw Symbol('x');
