// Triggers that fire one another.
// expect: status=error|timeout
// modules: database
const db = require('database');
db.configure('sqlite3', ':memory:');
db.exec('PRAGMA recursive_triggers = ON; CREATE TABLE t (a); CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO t VALUES (new.a + 1); INSERT INTO t VALUES (new.a + 1); END;');
db.exec('INSERT INTO t VALUES (1)');
