// More events than there may be.
// expect: http=422 code=OUTPUT_LIMIT_EXCEEDED limit=max_events
for (;;) console.log(1);
