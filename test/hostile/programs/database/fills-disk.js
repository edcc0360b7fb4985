// A file that grows for ever.
// expect: status=timeout|error
// modules: database
const db = require('database');
db.configure('sqlite3', 'x.db');
db.exec('CREATE TABLE t (a)');
for (;;) db.exec('INSERT INTO t VALUES (zeroblob(1000000))');
