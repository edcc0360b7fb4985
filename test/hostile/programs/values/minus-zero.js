// Minus zero.
// expect: status=ok
// preview: -0
-0;
