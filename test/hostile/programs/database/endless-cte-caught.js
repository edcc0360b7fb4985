// The same, caught, for ever.
// expect: status=timeout limit=cpu_ms|wall_ms
// modules: database
const db = require('database');
db.configure('sqlite3', ':memory:');
for (;;) { try { db.query('WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT sum(x) FROM n WHERE x < 0'); } catch {} }
