// Large values handed to a database and asked back.
// expect: status=ok|error|timeout
// modules: database
// limits: mem_mb=32 cpu_ms=1500
const db = require('database');
db.configure('sqlite3', ':memory:');
const text = '\u20ac'.repeat(1.5e6);
for (let i = 0; i < 30; i++) { try { db.query('SELECT ? AS a, ? AS b', text, text); } catch {} }
