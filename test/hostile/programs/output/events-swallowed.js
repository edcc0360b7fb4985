// The same inside a catch.
// expect: http=422 code=OUTPUT_LIMIT_EXCEEDED limit=max_events
for (;;) { try { console.log(1); } catch {} }
