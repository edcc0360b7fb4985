// Links made by a program, followed by fs, database and require.
// expect: status=ok
// preview: none
// modules: exec fs database
const { run } = require('exec');
const fs = require('fs');
const reached = [];
run('sh', ['-c', 'ln -s {{OUTSIDE}} dir; ln -s {{OUTSIDE}}/secret.txt file; ln -s /proc/self/environ environ; ln -s {{OUTSIDE}}/evil.js evil.js; ln -s {{OUTSIDE}}/linked.db linked.db; mkfifo pipe']);
for (const path of ['dir/secret.txt', 'file', 'environ', 'pipe']) { try { fs.readFileSync(path); reached.push(path); } catch {} try { fs.writeFileSync(path, 'x'); reached.push('w ' + path); } catch {} }
try { require('./evil.js'); reached.push('evil'); } catch {}
try { require('database').configure('sqlite3', 'linked.db'); require('database').exec('CREATE TABLE t (a)'); reached.push('db'); } catch {}
reached.join() || 'none';
