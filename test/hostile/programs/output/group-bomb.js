// A million groups, then a line.
// expect: status=ok|error|timeout http=201|422
// limits: cpu_ms=2000
for (let i = 0; i < 1e5; i++) console.group();
console.log('deep\n'.repeat(100));
