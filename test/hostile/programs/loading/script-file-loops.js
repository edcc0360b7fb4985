// A script file that loops in a finally.
// expect: status=timeout limit=cpu_ms
// as: main.js
try { throw 1; } finally { for (;;); }
