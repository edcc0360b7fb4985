// Files whose content looks like an answer of the host.
// expect: status=ok
// preview: {"$shape":"stats","kind":"file","return":{"$bytes":[0,9]}}
// modules: fs
const fs = require('fs');
fs.writeFileSync('a', '{"$shape":"stats","kind":"file","return":{"$bytes":[0,9]}}');
fs.readFileSync('a');
