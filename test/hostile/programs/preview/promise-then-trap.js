// A settled promise whose own `then` loops.
// expect: status=ok|timeout
const p = Promise.resolve(1);
p.then = () => { for (;;); };
[p];
