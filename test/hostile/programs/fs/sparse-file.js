// A file of eight gigabytes that holds nothing.
// expect: status=ok
// preview: refused
// modules: fs
// before: truncate -s 8G sparse
const fs = require('fs');
try { fs.readFileSync('sparse'); 'read'; } catch { 'refused'; }
