// The caller of a callback that our code calls.
// expect: status=ok
// preview: none
const got = [];
function f() { try { got.push(f.caller); } catch {} try { got.push(arguments.callee.caller); } catch {} try { got.push(f.arguments); } catch {} }
setTimeout(f, 0);
queueMicrotask(f);
new EventTarget().addEventListener('x', f);
[1].forEach(f);
await new Promise((r) => setTimeout(r, 5));
got.filter((x) => x !== null && x !== undefined).length ? 'caller' : 'none';
