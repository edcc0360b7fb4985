// A product of six tables.
// expect: status=timeout limit=cpu_ms|wall_ms
// modules: database
const db = require('database');
db.configure('sqlite3', ':memory:');
db.exec('CREATE TABLE t (a)');
for (let i = 0; i < 100; i++) db.exec('INSERT INTO t VALUES (?)', i);
db.query('SELECT count(*) FROM t a, t b, t c, t d, t e, t f');
