// Sorts for ever.
// expect: status=timeout limit=cpu_ms|wall_ms
const a = new Float64Array(1e6).map(() => Math.random());
for (;;) a.toSorted();
