// Recursion through the host's own function: console formatting and back.
// expect: status=error|ok|timeout
function f() { console.log({ [Symbol.for('nodejs.util.inspect.custom')]() { f(); return 'x'; } }); }
f();
