// A FIFO would block a reader for ever.
// expect: status=ok
// preview: none
// modules: fs
// before: mkfifo pipe
const fs = require('fs');
const reached = [];
for (const call of [() => fs.readFileSync('pipe'), () => fs.writeFileSync('pipe', 'x'), () => fs.appendFileSync('pipe', 'x'), () => fs.copyFileSync('pipe', 'copied')]) { try { call(); reached.push(String(call)); } catch {} }
reached.join() || 'none';
