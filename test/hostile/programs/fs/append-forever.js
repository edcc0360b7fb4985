// Appends for ever.
// expect: status=timeout limit=cpu_ms|wall_ms
// modules: fs
const fs = require('fs');
for (;;) fs.appendFileSync('log', 'line\n');
