// A pattern that backtracks.
// expect: status=timeout|ok|error
// modules: database
const db = require('database');
db.configure('sqlite3', ':memory:');
db.query('SELECT ? LIKE ?', 'a'.repeat(5000), '%a'.repeat(2000) + 'b');
