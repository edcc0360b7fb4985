// Recursion with a thousand arguments a call.
// expect: status=error
// message: /stack|memory|heap|mem_mb/
const args = new Array(1000).fill(1);
(function f(...a) { return f(...a) + 1; })(...args);
