// Recursion through toJSON.
// expect: status=error
// message: /stack/
(function f() { return JSON.stringify({ toJSON: f }); })();
