// The same, while arguments and answers of a module cross to the host and back.
// expect: status=ok
// preview: [ 'text', 4, true ]
// modules: fs database
for (let i = 0; i < 20; i++) Object.defineProperty(Array.prototype, i, { configurable: true, get() { return 'polluted'; }, set() { throw new Error('polluted'); } });
const fs = require('fs');
fs.writeFileSync('file', 'text');
const db = require('database');
db.configure('sqlite', ':memory:');
[fs.readFileSync('file'), fs.statSync('file').size, db.query('SELECT ? AS a, ? AS b', [1], 'b')[0].b === 'b'];
