// ATTACH in every disguise.
// expect: status=ok
// preview: none
// modules: database
const db = require('database');
db.configure('sqlite3', ':memory:');
const reached = [];
for (const sql of ["ATTACH '../outside/stolen.db' AS x", "ATTACH '{{OUTSIDE}}/stolen.db' AS x", "attach ':memory:' as x", "ATTACH/**/'file:{{OUTSIDE}}/stolen.db?mode=rwc'/**/AS x", "SELECT 1; ATTACH 'y.db' AS y", "EXPLAIN ATTACH 'y.db' AS y", "DETACH main", "VACUUM INTO '{{OUTSIDE}}/stolen.db'", "VACUUM INTO 'copy.db'", "VACUUM main INTO ('{{OUTSIDE}}' || '/s.db')"])
  for (const call of [() => db.exec(sql), () => db.query(sql)]) { try { call(); reached.push(sql); } catch {} }
reached.join() || 'none';
