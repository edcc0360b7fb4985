// throw a function with traps.
// expect: status=error
const f = () => 1;
f.toString = () => { for (;;); };
throw f;
