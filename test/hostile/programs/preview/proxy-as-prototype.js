// A prototype chain that goes through a proxy.
// expect: status=ok
Object.create(new Proxy({}, { get() { for (;;); }, getPrototypeOf() { for (;;); } }));
