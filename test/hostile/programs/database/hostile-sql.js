// SQL that is no text, or odd text.
// expect: status=ok
// preview: done
// modules: database
// limits: cpu_ms=2000
const db = require('database');
db.configure('sqlite3', ':memory:');
for (const bad of [null, undefined, 5, {}, { toString: () => 'SELECT 1' }, [], Symbol('x'), '\0', 'SELECT 1\0; ATTACH 1', '\ud800', ';', '--', '/*', ' '.repeat(1e6), ';'.repeat(1e5), 'SELECT ?', 'SELECT ?999', 'SELECT ?99999', 'SELECT :a, @b, $c']) { try { db.exec(bad); } catch {} try { db.query(bad); } catch {} }
'done';
