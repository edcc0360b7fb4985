// SQL nested deep, and SQL of a megabyte.
// expect: status=ok
// preview: none
// modules: database
// limits: cpu_ms=2000
const db = require('database');
db.configure('sqlite3', ':memory:');
const reached = [];
for (const sql of ['SELECT ' + '('.repeat(50000) + '1' + ')'.repeat(50000), 'SELECT ' + '1+'.repeat(100000) + '1', 'SELECT 1 ' + 'UNION SELECT 1 '.repeat(5000), 'SELECT ' + "json('".repeat(10000), 'SELECT ' + 'a,'.repeat(50000) + 'a', 'x'.repeat(1000000)])
  { try { db.query(sql); reached.push(sql.slice(0, 20)); } catch {} }
reached.join() || 'none';
