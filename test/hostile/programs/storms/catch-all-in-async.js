// Catches everything, in a promise, for ever.
// expect: status=timeout limit=cpu_ms
(async () => { for (;;) { try { await (async () => { for (;;); })(); } catch {} } })().catch(() => 0);
