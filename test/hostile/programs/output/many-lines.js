// Many lines of some size.
// expect: http=422 code=OUTPUT_LIMIT_EXCEEDED limit=max_output_kb
// limits: cpu_ms=3000
for (let i = 0; i < 1000; i++) console.log('y'.repeat(5000));
