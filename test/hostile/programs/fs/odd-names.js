// Names that are not text, or are text that is not a name.
// expect: status=ok
// modules: fs
// before: touch "$(printf 'bad\377name')" 'a\nb' '-rf' '__proto__'
const fs = require('fs');
for (const name of ['\ud800', 'a\nb', '__proto__', 'constructor', ' ', '...', 'x'.repeat(255), 'x'.repeat(256), '💥', '‮']) { try { fs.writeFileSync(name, 'x'); fs.readFileSync(name); } catch {} }
fs.readdirSync('.').length > 3;
