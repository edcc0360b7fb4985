// Arguments of every odd kind.
// expect: status=ok
// preview: done
// modules: exec
// limits: cpu_ms=2000
const { run } = require('exec');
for (const args of [['a\0b'], ['\ud800'], [5], [{}], 'x', null, new Array(1e5).fill('x'), ['x'.repeat(3e6)], [Symbol('x')], { length: 3 }, new Proxy([], {})]) { try { run('true', args); } catch {} }
for (const cmd of ['', '.', '..', '/', 'a\0b', '\ud800', {}, null, '../outside/evil.js', '{{OUTSIDE}}/evil.js', './nothing', '-c', 'x'.repeat(1e5)]) { try { run(cmd); } catch {} }
for (const options of [{ timeout_ms: -1 }, { timeout_ms: NaN }, { timeout_ms: 'x' }, { timeout_ms: 1e300 }, { env: { 'A=B': 'x' } }, { env: { A: 'a\0b' } }, { env: null }, { env: { PATH: '.' } }, { input: {} }, { cwd: '/' }, { shell: true }, { uid: 0 }, JSON.parse('{"__proto__":{"timeout_ms":1}}')]) { try { run('true', [], options); } catch {} }
'done';
