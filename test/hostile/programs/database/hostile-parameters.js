// Parameters of every odd kind.
// expect: status=ok
// preview: done
// modules: database
// limits: cpu_ms=2000
const db = require('database');
db.configure('sqlite3', ':memory:');
db.exec('CREATE TABLE t (a)');
for (const bad of [NaN, Infinity, -0, 2 ** 63, 2n ** 64n, 10n ** 30n, Symbol('x'), () => 1, {}, { toString() { return 'x'; } }, [[1]], [[[2]]], new Date(), new Proxy([], {}), undefined, null, 'a\0b', '\ud800', new Uint8Array(3), new ArrayBuffer(3), new Array(1e5)]) { try { db.exec('INSERT INTO t VALUES (?)', bad); } catch {} try { db.query('SELECT ? AS v', [bad]); } catch {} }
db.query('SELECT * FROM t');
'done';
