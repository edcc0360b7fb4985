// Characters that JSON writes as six bytes.
// expect: http=422 code=OUTPUT_LIMIT_EXCEEDED limit=max_output_kb
// limits: cpu_ms=3000
for (let i = 0; i < 200; i++) console.log('\u0001'.repeat(5000));
