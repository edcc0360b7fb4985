// Recursion through replace.
// expect: status=error
// message: /stack/
(function f() { return 'a'.replace(/a/, f); })();
