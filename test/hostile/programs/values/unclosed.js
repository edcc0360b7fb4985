// Source that does not end.
// expect: status=error
// state: unrun
function f() { `${
