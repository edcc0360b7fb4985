// package.json fields that lead outside.
// expect: status=ok
// preview: none
// before: mkdir -p node_modules/y node_modules/z; echo '{"exports":{".":"./../../../outside/evil.js","./*":"../../../outside/*"}}' > node_modules/y/package.json; echo '{"exports":"/etc/passwd","imports":{"#a":"../../../outside/evil.js"}}' > node_modules/z/package.json
const reached = [];
for (const name of ['y', 'y/evil.js', 'z', '#a', 'y/../../../outside/evil.js']) { try { require(name); reached.push(name); } catch {} try { await import(name); reached.push(name); } catch {} }
reached.join() || 'none';
