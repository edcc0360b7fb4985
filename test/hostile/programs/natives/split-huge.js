// A long text into single characters, kept.
// expect: status=error|timeout
// limits: mem_mb=32
const kept = [];
for (;;) kept.push('x'.repeat(1e6).split(''));
