// Large texts written to files, again and again.
// expect: status=ok|error|timeout
// modules: fs
// limits: mem_mb=32 cpu_ms=1500
const fs = require('fs');
const text = 'x'.repeat(7e6);
for (let i = 0; i < 30; i++) { try { fs.writeFileSync('big', text); } catch {} }
