// A package.json that is deep, huge, or has a __proto__.
// expect: status=ok
// preview: none
// before: mkdir -p node_modules/p node_modules/q; printf '{"__proto__":{"main":"../../../outside/evil.js"}}' > node_modules/p/package.json; head -c 200000 /dev/zero | tr '\0' '[' > node_modules/q/package.json
const reached = [];
for (const name of ['p', 'q']) { try { require(name); reached.push(name); } catch {} }
reached.join() || 'none';
