// Recursion that catches its own overflow and tries again on the way up.
// expect: status=timeout limit=cpu_ms
function f() { try { f(); } finally { f(); } }
f();
