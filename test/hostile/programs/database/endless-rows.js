// More rows than any memory holds.
// expect: status=error|timeout
// modules: database
// limits: mem_mb=32 cpu_ms=2000
const db = require('database');
db.configure('sqlite3', ':memory:');
db.query('WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x, x AS y FROM n');
