// Columns named like the inner works of objects.
// expect: status=ok
// preview: undefined
// modules: database
const db = require('database');
db.configure('sqlite3', ':memory:');
const [row] = db.query("SELECT 1 AS __proto__, 2 AS constructor, 3 AS toString, 4 AS '$bytes', 5 AS '', 6 AS toJSON, 7 AS 'then'");
console.log(row);
typeof ({}).polluted;
