// Views of buffers that shrank.
// expect: status=ok|error
const b = new ArrayBuffer(64, { maxByteLength: 64 });
const v = [new Uint8Array(b), new DataView(b, 8), new Float64Array(b, 16)];
b.resize(4);
v;
