// import() of modules that only the host has.
// expect: status=ok
// preview: none
const reached = [];
for (const name of ['bun', 'bun:ffi', 'bun:sqlite', 'bun:jsc', 'node:fs', 'fs', 'node:child_process', 'child_process', 'node:process', 'process', 'module', 'node:module', 'std', 'os', 'vm', 'node:vm', 'worker_threads', 'qjs:std', 'qjs:os', 'quickjs-emscripten', 'elysia'])
  { try { await import(name); reached.push(name); } catch {} }
reached.join() || 'none';
