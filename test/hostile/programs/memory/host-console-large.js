// Large console arguments again and again, each cut.
// expect: status=ok|error|timeout http=201|422
// limits: mem_mb=64 cpu_ms=2000
const big = 'x'.repeat(1e7);
for (let i = 0; i < 20; i++) console.log([big, { big }]);
