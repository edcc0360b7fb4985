// require of things that are no names.
// expect: status=ok
// preview: 0
let reached = 0;
for (const bad of [{ toString: () => 'fs' }, ['fs'], new String('fs'), Symbol('fs'), null, undefined, 0, new Proxy({}, {}), () => 'fs', 10n]) { try { require(bad); reached++; } catch {} }
reached;
