// As many rows as a result may have.
// expect: status=ok|error|timeout
// modules: database
// limits: mem_mb=32 cpu_ms=1500
const db = require('database');
db.configure('sqlite3', ':memory:');
for (let i = 1000; i < 1e7; i *= 2) { try { db.query('WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT ' + i + ') SELECT x, x AS b, 1.5 AS c FROM n'); } catch {} }
