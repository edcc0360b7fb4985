// A known hole of the engine: `with` after the buffer shrank reads beyond it.
// expect: status=ok|error
const b = new ArrayBuffer(4096, { maxByteLength: 4096 });
const a = new Uint8Array(b);
let out;
try { out = a.with(0, { valueOf() { b.resize(0); return 1; } }); } catch (e) { out = e; }
typeof out;
