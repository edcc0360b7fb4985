// Removes the worktree itself.
// expect: status=ok
// preview: none
// modules: fs
const fs = require('fs');
const reached = [];
for (const path of ['.', './', 'x/..', '', '../worktree']) { try { fs.rmSync(path, { recursive: true, force: true }); if (path !== '') reached.push(path); } catch {} try { fs.renameSync(path, 'moved'); reached.push('renamed ' + path); } catch {} }
reached.join() || 'none';
