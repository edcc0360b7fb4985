// A reaction that makes the next.
// expect: status=timeout limit=cpu_ms
(function f() { Promise.resolve().then(f); })();
