// A timer that sets the next.
// expect: status=timeout limit=wall_ms|cpu_ms
// limits: wall_ms=700
(function f() { setTimeout(f, 0); })();
