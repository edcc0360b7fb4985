// A file that says it is a database and is not.
// expect: status=ok
// preview: none
// modules: database fs
const fs = require('fs');
const db = require('database');
const bytes = new Uint8Array(8192);
bytes.set(new TextEncoder().encode('SQLite format 3\0'));
bytes.set([16, 0, 2, 2, 0, 64, 32, 32], 16);
for (let i = 100; i < bytes.length; i++) bytes[i] = (i * 7) & 255;
fs.writeFileSync('bad.db', bytes);
const reached = [];
try { db.configure('sqlite3', 'bad.db'); for (const sql of ['SELECT * FROM sqlite_schema', 'PRAGMA integrity_check', 'CREATE TABLE t (a)']) { try { db.query(sql); reached.push(sql); } catch {} } } catch {}
reached.join() || 'none';
