// A recursive query without end.
// expect: status=timeout limit=cpu_ms|wall_ms
// modules: database
const db = require('database');
db.configure('sqlite3', ':memory:');
db.query('WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n');
