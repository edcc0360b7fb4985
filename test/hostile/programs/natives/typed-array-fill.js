// Fills for ever.
// expect: status=timeout limit=cpu_ms|wall_ms
const a = new Uint8Array(2 ** 24);
for (;;) a.fill(1);
