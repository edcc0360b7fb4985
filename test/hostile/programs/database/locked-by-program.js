// Another program holds the lock.
// expect: status=ok|error|timeout
// modules: database
// before: command -v sqlite3 >/dev/null || exit 0; sqlite3 x.db 'CREATE TABLE t (a)'
// beside: command -v sqlite3 >/dev/null || exit 0; printf 'BEGIN EXCLUSIVE;\n.shell sleep 1\n' | sqlite3 x.db
const db = require('database');
db.configure('sqlite3', 'x.db');
try { db.exec('CREATE TABLE IF NOT EXISTS u (a)'); } catch {}
1;
