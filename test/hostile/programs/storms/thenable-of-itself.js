// A thenable that resolves to itself without end.
// expect: status=timeout limit=cpu_ms
const t = { then(resolve) { resolve(t); } };
await t;
