// import() of addresses.
// expect: status=ok
// preview: none
const reached = [];
for (const name of ['file:///etc/passwd', 'file://{{OUTSIDE}}/evil.js', '{{OUTSIDE}}/evil.js', '../outside/evil.js', './../outside/evil.js', 'data:text/javascript,export default 1', 'http://127.0.0.1:{{PORT}}/api/v1/health', 'blob:x', '/etc/passwd', '//etc/passwd', './a\0b.js', 'node_modules/../../outside/evil.js', '%2e%2e/outside/evil.js', '..\\outside\\evil.js'])
  { try { await import(name); reached.push(name); } catch {} }
reached.join() || 'none';
