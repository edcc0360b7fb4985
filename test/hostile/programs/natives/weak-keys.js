// A long chain of weak maps: marking it is recursive in some engines.
// expect: status=ok|timeout|error
let key = {};
const maps = [];
for (let i = 0; i < 100000; i++) { const next = {}; const map = new WeakMap(); map.set(key, next); maps.push(map); key = next; }
maps.length;
