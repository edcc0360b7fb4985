// Enumerating a proxy whose keys never come.
// expect: status=timeout limit=cpu_ms
for (const _ in new Proxy({}, { ownKeys() { for (;;); } }));
