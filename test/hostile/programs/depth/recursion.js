// Recursion without end.
// expect: status=error
// message: /stack/
(function f() { return f() + 1; })();
