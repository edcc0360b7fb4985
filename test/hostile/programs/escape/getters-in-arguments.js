// Options whose getters change what they say between looks.
// expect: status=ok
// preview: []
// modules: fs
const fs = require('fs');
let n = 0;
const opts = { get recursive() { return n++ > 0; }, get encoding() { n++; return n % 2 ? 'utf8' : '../../x'; } };
try { fs.mkdirSync('a', opts); } catch {}
try { fs.writeFileSync('b', 'x', opts); } catch {}
fs.readdirSync('.').filter((x) => x.includes('..'));
