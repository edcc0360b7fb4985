// A real database whose schema was changed in the file: views with functions that are refused.
// expect: status=ok
// preview: none
// modules: database fs
const fs = require('fs');
const db = require('database');
db.configure('sqlite3', 'x.db');
db.exec("CREATE TABLE t (a); CREATE VIEW v AS SELECT length__________('/etc/passwd') AS x".replace('length__________', 'lower'));
db.close();
const text = fs.readFileSync('x.db', 'latin1');
const bytes = fs.readFileSync('x.db', null);
const at = text.indexOf("SELECT lower('/etc/passwd')");
if (at > 0) bytes.set(new TextEncoder().encode('SELECT edit (\'/etc/passwd\')'), at);
fs.writeFileSync('x.db', bytes);
const reached = [];
try { db.configure('sqlite3', 'x.db'); db.query('SELECT * FROM v'); reached.push('v'); } catch {}
reached.join() || 'none';
