// A module file that loops.
// expect: status=timeout limit=cpu_ms
// as: main.mjs
export default 1;
for (;;);
