// A transaction left open ends with the execution.
// expect: status=ok
// modules: database
// then: (() => { const db = require('database'); try { return db.query('SELECT count(*) n FROM t')[0].n; } catch (e) { return e.message; } })() => 0
const db = require('database');
db.configure('sqlite3', 'x.db');
db.exec('CREATE TABLE t (a)');
db.exec('BEGIN EXCLUSIVE');
db.exec('INSERT INTO t VALUES (1)');
1;
