// JSON nested deep, in SQL.
// expect: status=ok|error|timeout
// modules: database
const db = require('database');
db.configure('sqlite3', ':memory:');
try { db.query('SELECT json(?)', '['.repeat(100000) + ']'.repeat(100000)); } catch {}
try { db.query('SELECT * FROM json_tree(?)', '[' + '[],'.repeat(100000) + '1]'); } catch {}
1;
