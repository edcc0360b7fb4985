// A module whose default export is a thenable that loops.
// expect: status=timeout|ok
// as: main.mjs
export default { then() { for (;;); } };
