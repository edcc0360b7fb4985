// Specifiers that are objects with traps.
// expect: status=ok
// preview: /Error/
const names = [];
for (const bad of [{ toString() { throw new TypeError('mine'); } }, Symbol('x'), null, 5, '']) { try { await import(bad); names.push('reached'); } catch (e) { names.push(e.name); } }
names.includes('reached') ? 'reached' : names.join();
