// A folder on the way becomes a link to the outside and back while files are read and written.
// expect: status=ok
// preview: 0
// modules: fs
// before: mkdir inside; echo inside > inside/secret.txt
// beside: while :; do ln -sfn ../outside way; ln -sfn inside way; done
// limits: cpu_ms=3000
const fs = require('fs');
let hits = 0;
for (let i = 0; i < 600; i++) { try { if (fs.readFileSync('way/secret.txt') !== 'inside\n') hits++; } catch {} try { fs.writeFileSync('way/written.txt', 'x'); } catch {} try { if (fs.readdirSync('way').includes('evil.js')) hits++; } catch {} }
hits;
