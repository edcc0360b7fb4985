// require through links that lead outside.
// expect: status=ok
// preview: none
// before: ln -s ../outside out; ln -s ../outside/evil.js evil.js; ln -s /etc/passwd passwd.json; ln -s /proc/self/environ environ.json; ln -s /dev/zero zero.js
const reached = [];
for (const name of ['./out/evil', './evil', './evil.js', './passwd.json', './environ.json', './out/../outside/evil.js', './zero']) { try { require(name); reached.push(name); } catch {} }
reached.join() || 'none';
