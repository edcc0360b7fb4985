// `__proto__` keys on their way to the host and back.
// expect: status=ok
// modules: fs
// preview: undefined
const fs = require('fs');
const evil = JSON.parse('{"__proto__":{"recursive":true},"constructor":{"prototype":{"x":1}}}');
try { fs.mkdirSync('a/b/c', evil); } catch {}
try { fs.readdirSync('.', evil); } catch {}
try { fs.rmSync('nothing', evil); } catch {}
typeof ({}).recursive;
