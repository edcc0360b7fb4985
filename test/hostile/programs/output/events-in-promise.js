// The same in a promise that catches.
// expect: http=422 code=OUTPUT_LIMIT_EXCEEDED limit=max_events
(async () => { for (;;) { try { console.log(1); await null; } catch {} } })().catch(() => 0);
1;
