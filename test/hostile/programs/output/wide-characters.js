// Characters of three bytes each count as three.
// expect: http=422 code=OUTPUT_LIMIT_EXCEEDED limit=max_output_kb
// limits: cpu_ms=3000
for (let i = 0; i < 40; i++) console.log('€'.repeat(5000));
