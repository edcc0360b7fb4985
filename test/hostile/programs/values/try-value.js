// The value of a try with a finally.
// expect: status=ok
// preview: 1
try { 1; } finally { 2; }
