// require of things outside, by every spelling.
// expect: status=ok
// preview: none
const reached = [];
for (const name of ['fs', 'exec', 'database', 'process', 'bun', 'child_process', 'node:fs', 'FS', ' fs', 'fs ', 'fs\0', '../outside/evil.js', './../outside/evil.js', '/etc/passwd', '{{OUTSIDE}}/evil.js', 'file://{{OUTSIDE}}/evil.js', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'vm:prelude'.slice(3), '..', '../', '.', './', '/'])
  { try { require(name); reached.push(name); } catch {} }
reached.join() || 'none';
