// Names that must not be declared.
// expect: status=error|ok
// state: any
let undefined = 1;
