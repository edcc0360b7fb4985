// Makes folders for ever.
// expect: status=timeout limit=cpu_ms|wall_ms
// modules: fs
const fs = require('fs');
for (let i = 0; ; i++) fs.mkdirSync('d' + i);
