// A string and comments of millions of characters, read by patterns before and after SQLite.
// expect: status=ok
// preview: 6000000 1
// modules: database
// limits: mem_mb=64 cpu_ms=10000
{
  const db = require('database');
  db.configure('sqlite3', ':memory:');
  const [row] = db.query("select length('" + '1,'.repeat(3e6) + "') as n");
  const [last] = db.query('--\n/**/'.repeat(8e5) + 'select 1 as n');
  row.n + ' ' + last.n;
}
