// A device node inside the worktree, where the user may make one.
// expect: status=ok
// preview: none
// modules: fs
// before: mknod zero c 1 5 || true; mknod full c 1 7 || true
const fs = require('fs');
const reached = [];
for (const call of [() => fs.readFileSync('zero'), () => fs.copyFileSync('zero', 'copied')]) { try { call(); reached.push(String(call)); } catch {} }
reached.join() || 'none';
