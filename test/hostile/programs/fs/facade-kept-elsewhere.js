// The functions kept and called by another road.
// expect: status=ok
// preview: refused
// modules: fs
const { readFileSync } = require('fs');
const f = readFileSync.bind(null, '/etc/passwd');
try { [1].map(() => f()); 'read'; } catch { 'refused'; }
