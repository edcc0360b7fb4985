// No trap of a proxy runs.
// expect: status=ok
// then: trapped => 0
var trapped = 0;
const trap = () => { trapped++; for (;;); };
new Proxy({ a: 1 }, new Proxy({}, { get: () => trap }));
