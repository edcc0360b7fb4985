// Module arguments with traps: converted in the guest or refused, never in the host.
// expect: status=ok
// limits: cpu_ms=3000
// preview: done
// modules: fs database exec
const trap = { toString() { return 'package.json'; }, valueOf() { throw 1; }, toJSON() { return '../outside/secret.txt'; }, [Symbol.toPrimitive]() { throw 2; } };
const all = [trap, new Proxy([], {}), new Proxy({}, { get() { throw 3; }, ownKeys() { throw 4; } }), Symbol('x'), () => 1, new Date(), new Map(), NaN, -0, 10n ** 400n, [[[[]]]], new Uint8Array(8), new ArrayBuffer(8), Object.create(null), new String('x'), '\0', '\ud800'];
for (const name of ['fs', 'database', 'exec']) { const m = require(name); for (const fn of Object.keys(m)) for (const bad of all) { if (fn === 'rmSync' || fn === 'rmdirSync') continue; try { m[fn](bad, bad, bad); } catch (e) { if (typeof e === 'object' && /outside|secret/.test(e.message)) throw e; } } }
'done';
