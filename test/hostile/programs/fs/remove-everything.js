// Removes all that it can, links included: only what is inside goes.
// expect: status=ok
// modules: fs
// before: ln -s ../outside dir; ln -s ../outside/secret.txt file; mkdir -p a/b; ln -s ../../../outside a/b/c
const fs = require('fs');
for (const name of fs.readdirSync('.')) { try { fs.rmSync(name, { recursive: true, force: true }); } catch {} }
fs.readdirSync('.').length;
