// The schema written by hand.
// expect: status=ok
// preview: none
// modules: database
const db = require('database');
db.configure('sqlite3', 'x.db');
db.exec('CREATE TABLE t (a)');
const reached = [];
for (const sql of ['PRAGMA writable_schema = ON', "UPDATE sqlite_schema SET sql = 'CREATE TABLE t (a, b)'", "INSERT INTO sqlite_schema VALUES ('view', 'v', 'v', 0, 'CREATE VIEW v AS SELECT 1')", 'DELETE FROM sqlite_master', 'PRAGMA temp_store_directory = "/tmp"', 'PRAGMA trusted_schema = ON', 'PRAGMA mmap_size = 1000000000', 'PRAGMA cell_size_check = OFF', 'PRAGMA max_page_count = 1000000000', 'PRAGMA hard_heap_limit = 0'])
  { try { db.exec(sql); reached.push(sql); } catch {} }
reached.join() || 'none';
