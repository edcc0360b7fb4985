// Recursion through revivers.
// expect: status=error
// message: /stack/
(function f() { return JSON.parse('[1]', f); })();
