// Recursion through sort comparators.
// expect: status=error
// message: /stack/
(function f() { return [2, 1].sort(f); })();
