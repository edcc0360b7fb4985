// The same with the path as a parameter.
// expect: status=ok
// preview: none
// modules: database
const db = require('database');
db.configure('sqlite3', ':memory:');
const reached = [];
for (const sql of ['ATTACH ? AS x', 'VACUUM INTO ?']) for (const call of [() => db.exec(sql, '{{OUTSIDE}}/stolen.db'), () => db.query(sql, ['{{OUTSIDE}}/stolen.db'])]) { try { call(); reached.push(sql); } catch {} }
reached.join() || 'none';
