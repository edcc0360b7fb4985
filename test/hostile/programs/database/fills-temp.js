// Temporary tables and sorters that grow for ever.
// expect: status=error|timeout
// modules: database
// limits: mem_mb=32 cpu_ms=2000 wall_ms=3000
const db = require('database');
db.configure('sqlite3', 'x.db');
db.query('WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT hex(randomblob(1000)) AS r FROM n ORDER BY r LIMIT 1');
