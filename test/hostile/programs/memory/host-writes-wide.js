// The same with characters that take more room outside.
// expect: status=ok|error|timeout
// modules: fs
// limits: mem_mb=32 cpu_ms=1500
const fs = require('fs');
const text = '\u0001\u20ac'.repeat(1e6);
for (let i = 0; i < 30; i++) { try { fs.writeFileSync('big', text); } catch {} }
