// From every function in reach to a constructor of the host's.
// expect: status=ok
// preview: none
const found = [];
const seen = new Set();
(function walk(o, path) {
  if ((typeof o !== 'object' && typeof o !== 'function') || o === null || seen.has(o) || path.length > 300) return;
  seen.add(o);
  if (typeof o === 'function') {
    try { const made = o.constructor('return this')(); if (made !== globalThis && made?.constructor?.name === 'AsyncFunction') found.push(path); if (made && typeof made === 'object' && ('process' in made || 'Bun' in made)) found.push(path); } catch {}
  }
  for (const key of Reflect.ownKeys(o)) { const d = Reflect.getOwnPropertyDescriptor(o, key); for (const v of [d.value, d.get, d.set]) walk(v, path + '.' + String(key)); }
  walk(Reflect.getPrototypeOf(o), path + '.__proto__');
})(globalThis, '');
found.join() || 'none';
