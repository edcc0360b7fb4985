// Large bytes written, again and again.
// expect: status=ok|error|timeout
// modules: fs
// limits: mem_mb=32 cpu_ms=1500
const fs = require('fs');
const bytes = new Uint8Array(20e6).fill(1);
for (let i = 0; i < 30; i++) { try { fs.writeFileSync('big', bytes); } catch {} }
