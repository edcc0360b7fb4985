// The worktree's content is exchanged for links while modules work.
// expect: status=ok
// preview: none
// modules: exec fs
const fs = require('fs');
require('exec').run('sh', ['-c', 'mkdir a; echo in > a/secret.txt; rm -rf a; ln -s {{OUTSIDE}} a']);
let got = 'none';
try { got = fs.readFileSync('a/secret.txt'); } catch {}
got;
