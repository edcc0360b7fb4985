// Arguments that look like references into an attachment.
// expect: status=ok|error
// modules: fs
const fs = require('fs');
for (const bad of [{ $bytes: [0, 1e9] }, { $bytes: [-8, 8] }, { $bytes: 'x' }, { $bigint: 'zzz' }, { $shape: 'stats' }, { $undefined: 1 }, [{ $bytes: [0, 64] }]]) { try { fs.writeFileSync('x', bad); } catch (e) { if (e.message.includes('/')) throw e; } }
fs.existsSync('x') ? fs.readFileSync('x') : '';
