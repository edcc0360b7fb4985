// A file read again and again, kept.
// expect: status=error
// modules: fs
// before: head -c 3000000 /dev/zero > big.bin
// limits: mem_mb=32 cpu_ms=5000 wall_ms=6000
const fs = require('fs');
const kept = [];
for (;;) kept.push(fs.readFileSync('big.bin', null));
