// Loading code, and functions that reach files.
// expect: status=ok
// preview: none
// modules: database
const db = require('database');
db.configure('sqlite3', ':memory:');
const reached = [];
for (const sql of ["SELECT load_extension('/lib/x86_64-linux-gnu/libc.so.6')", "SELECT readfile('/etc/passwd')", "SELECT writefile('{{OUTSIDE}}/x', 'x')", "SELECT edit('x')", "SELECT fts3_tokenizer('x')", "SELECT fts3_tokenizer('simple', x'4141414141414141')", "CREATE VIRTUAL TABLE t USING csv(filename='/etc/passwd')", "CREATE VIRTUAL TABLE t USING fsdir('/')", "SELECT * FROM fsdir('/')", "CREATE VIRTUAL TABLE t USING zipfile('/x.zip')", "SELECT * FROM pragma_database_list"])
  { try { db.query(sql); reached.push(sql); } catch {} }
reached.join() || 'none';
