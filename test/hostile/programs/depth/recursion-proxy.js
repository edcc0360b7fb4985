// A proxy that asks itself.
// expect: status=error
// message: /stack/
const p = new Proxy({}, { get: (t, k) => p[k] });
p.x;
