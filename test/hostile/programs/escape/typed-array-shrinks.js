// Views whose buffer shrinks inside callbacks of natives.
// expect: status=ok|error
// limits: cpu_ms=2000
const results = [];
for (const fn of ['fill', 'indexOf', 'copyWithin', 'set', 'subarray', 'slice', 'at', 'lastIndexOf', 'includes', 'join', 'sort', 'map', 'toSorted', 'with']) {
  const b = new ArrayBuffer(65536, { maxByteLength: 65536 });
  const a = new Uint8Array(b);
  const shrink = { valueOf() { b.resize(1); return 0; }, toString() { b.resize(1); return ','; }, length: 3, 0: 1 };
  try { a[fn](fn === 'sort' || fn === 'map' || fn === 'toSorted' ? () => { b.resize(1); return 1; } : shrink, shrink, shrink); results.push(fn); } catch (e) { results.push(e.name); }
}
results.length;
