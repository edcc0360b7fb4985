// Thrown where nobody catches: in a microtask, a timer, a listener.
// expect: status=error
queueMicrotask(() => { throw undefined; });
setTimeout(() => { throw null; }, 0);
setTimeout(() => { throw Symbol('x'); }, 1);
1;
