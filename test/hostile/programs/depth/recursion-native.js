// Recursion through natives.
// expect: status=error
// message: /stack/
(function f() { return [1].map(f); })();
