// Buffers and views replaced.
// expect: status=ok
// then: crypto.randomUUID().length => 36
const T = Object.getPrototypeOf(Uint8Array);
for (const P of [T.prototype, ArrayBuffer.prototype, DataView.prototype, Uint8Array.prototype]) for (const key of Reflect.ownKeys(P)) { try { Object.defineProperty(P, key, { value: () => { throw new Error('polluted'); } }); } catch {} }
console.log(new Uint8Array(3), new ArrayBuffer(2));
new TextEncoder().encode('text');
