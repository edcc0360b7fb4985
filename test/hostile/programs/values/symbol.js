// A symbol.
// expect: status=ok
// preview: Symbol(x)
Symbol('x');
