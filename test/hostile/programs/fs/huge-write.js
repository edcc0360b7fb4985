// Writes more than a request to the host may hold.
// expect: status=ok|error
// modules: fs
// limits: mem_mb=64 cpu_ms=2000
const fs = require('fs');
const names = [];
for (const size of [1e6, 9e6, 20e6]) { try { fs.writeFileSync('big', 'x'.repeat(size)); } catch (e) { names.push(e.code ?? e.name); } }
names.join();
