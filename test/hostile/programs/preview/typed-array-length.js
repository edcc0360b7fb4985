// A typed array whose length lies.
// expect: status=ok
const a = new Uint8Array(4);
Object.defineProperty(a, 'length', { get() { for (;;); } });
a;
