// Console lines as long as they may be, all kept from the reader.
// expect: http=422|201
// limits: mem_mb=32 cpu_ms=1500
const text = '\u20ac'.repeat(2e6);
for (let i = 0; i < 30; i++) console.log(text);
