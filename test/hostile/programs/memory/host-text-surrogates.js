// Long texts with lone surrogates on their way to the host.
// expect: status=ok
// preview: EACCES
// modules: fs
// limits: mem_mb=64 cpu_ms=10000
{
  const path = '\ud800' + 'x'.repeat(7e6);
  let code;
  for (let i = 0; i < 5; i++) try { require('fs').readFileSync(path); } catch (error) { code = error.code; }
  code;
}
