// Module arguments nested deep, cyclic, or wide.
// expect: status=ok|error|timeout
// modules: fs database
// limits: cpu_ms=500 mem_mb=64
let deep = [];
for (let i = 0; i < 50000; i++) deep = [deep];
const cyclic = {}; cyclic.self = cyclic;
const names = [];
for (const bad of [deep, cyclic, new Array(1e6).fill(0), 'x'.repeat(9e6), new Array(2 ** 32 - 1)]) { try { require('fs').writeFileSync('x', bad); } catch (e) { names.push(e.name); } try { require('database').query('select ?', bad); } catch (e) { names.push(e.name); } }
names.length > 0;
