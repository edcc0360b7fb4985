// A handler whose every look-up throws.
// expect: status=ok
new Proxy([1, 2], new Proxy({}, { get() { throw 1; } }));
