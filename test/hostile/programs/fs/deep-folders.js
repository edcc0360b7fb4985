// Folders in folders until the path is too long.
// expect: status=ok|error|timeout
// modules: fs
const fs = require('fs');
let path = 'd';
for (let i = 0; i < 3000; i++) { try { fs.mkdirSync(path, { recursive: true }); } catch (e) { break; } path += '/d'; }
try { fs.readdirSync('.', { recursive: true }); fs.rmSync('d', { recursive: true }); } catch {}
1;
