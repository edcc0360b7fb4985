// A file of the worktree larger than the heap.
// expect: status=error
// modules: fs
// before: head -c 60000000 /dev/zero > big.bin
// limits: mem_mb=32 cpu_ms=5000 wall_ms=6000
const fs = require('fs');
fs.readFileSync('big.bin').length;
