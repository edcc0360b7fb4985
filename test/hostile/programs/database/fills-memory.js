// A table in memory that grows for ever.
// expect: status=error|timeout
// modules: database
// limits: mem_mb=32 cpu_ms=2000 wall_ms=3000
const db = require('database');
db.configure('sqlite3', ':memory:');
db.exec('CREATE TABLE t (a)');
for (;;) db.exec('INSERT INTO t VALUES (randomblob(100000))');
