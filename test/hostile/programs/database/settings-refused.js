// What SQLite would be told of its memory, its temporary files, its schema, other databases.
// expect: status=ok
// preview: none
// modules: database
const db = require('database');
db.configure('sqlite', 'file.db');
db.exec('CREATE TABLE t (a)');
const reached = [];
for (const sql of ["PRAGMA temp_store_directory = '/tmp'", 'PRAGMA temp_store = 1', 'PRAGMA max_page_count = 99999999', 'PRAGMA mmap_size = 100000000', 'PRAGMA writable_schema = 1', 'PRAGMA trusted_schema = 1', 'PRAGMA hard_heap_limit = 1', 'PRAGMA threads = 8', 'PRAGMA locking_mode = exclusive', 'PRAGMA page_size = 65536', 'PRAGMA database_list', 'SELECT * FROM pragma_database_list', 'SELECT data FROM sqlite_dbpage', 'EXPLAIN ATTACH \'x\' AS y', "CREATE VIRTUAL TABLE v USING csv(filename = '/etc/passwd')", "CREATE VIRTUAL TABLE v USING zipfile('/etc/x')", "SELECT * FROM fsdir('/')", "SELECT writefile('written', 'x')"]) { try { db.query(sql); reached.push(sql); } catch {} }
reached.join() || 'none';
