// Every spelling of a path that leads out.
// expect: status=ok
// preview: none
// limits: cpu_ms=1000
// modules: fs
const fs = require('fs');
const reached = [];
for (const path of ['../outside/secret.txt', '{{OUTSIDE}}/secret.txt', '/etc/passwd', '/proc/self/environ', '/proc/{{PID}}/environ', '/proc/1/environ', '/proc/self/root/etc/passwd', '/proc/self/cwd/../outside/secret.txt', '/dev/zero', '/dev/stdin', '/dev/fd/0', 'a/../../outside/secret.txt', './../outside/secret.txt', '//etc/passwd', 'file:///etc/passwd', '..', '../', '/', '~/x', 'a\0b', '.\0./outside/secret.txt', '../outside/secret.txt\0.js', '..\\outside\\secret.txt', '%2e%2e/outside/secret.txt', 'x/'.repeat(3000) + 'y'])
  for (const call of [() => fs.readFileSync(path), () => fs.statSync(path), () => fs.readdirSync(path), () => fs.writeFileSync(path, 'x'), () => fs.appendFileSync(path, 'x'), () => fs.copyFileSync(path, 'copied'), () => { fs.writeFileSync('mine', 'x'); fs.renameSync('mine', path); }, () => fs.rmSync(path, { recursive: true }), () => fs.mkdirSync(path, { recursive: true })]) { try { call(); reached.push(path + ' ' + call); } catch {} }
reached.filter((r) => !r.startsWith('~') && !r.startsWith('..\\') && !r.startsWith('%2e') && !r.startsWith('file:')).join() || 'none';
