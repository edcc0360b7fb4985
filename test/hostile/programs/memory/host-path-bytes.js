// Bytes that are no path, which would be twice as many as text.
// expect: status=ok
// preview: EACCES
// modules: fs
// limits: mem_mb=256 cpu_ms=20000
{
  const bytes = new Uint8Array(60e6).fill(255);
  let code;
  try { require('fs').readFileSync(bytes); } catch (error) { code = error.code; }
  code;
}
