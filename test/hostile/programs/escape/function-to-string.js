// Our functions as text say no more than that they are native, classes that they are classes.
// expect: status=ok
// preview: none
const shown = [];
for (const key of Reflect.ownKeys(globalThis)) { let v; try { v = globalThis[key]; } catch { continue; } if (typeof v !== 'function') continue; const text = Function.prototype.toString.call(v); if (!text.includes('[native code]') && !text.startsWith('class ')) shown.push(String(key)); }
for (const key of Object.keys(console)) if (!Function.prototype.toString.call(console[key]).includes('[native code]')) shown.push('console.' + key);
shown.join() || 'none';
