// Data sources outside.
// expect: status=ok
// preview: none
// modules: database fs
// before: ln -s ../outside out; ln -s ../outside/linked.db linked.db; ln -s ../outside/journal own.db-journal; mkfifo pipe.db; mkdir folder.db; ln -s /dev/zero zero.db
const db = require('database');
const reached = [];
for (const path of ['../outside/x.db', '{{OUTSIDE}}/x.db', 'out/x.db', 'linked.db', 'own.db', 'pipe.db', 'folder.db', 'zero.db', 'file:../outside/x.db', 'file:{{OUTSIDE}}/x.db?mode=rwc', 'a\0b', '', '.', '..', 'file::memory:?cache=shared', ':memory:\0'])
  { try { db.configure('sqlite3', path); db.exec('CREATE TABLE t (a)'); db.query('SELECT * FROM t'); reached.push(path); } catch {} }
reached.filter((p) => !p.startsWith('file:')).join() || 'none';
