// Errors that come from the host are of the guest's world.
// expect: status=ok
// preview: none
// modules: fs database exec
const bad = [];
const calls = [() => require('./nothing'), () => new URL('bad'), () => require('fs').readFileSync('nothing'), () => require('database').query('x'), () => require('exec').run('no-such-program'), () => require('fs').readFileSync({}), () => crypto.getRandomValues(new Uint8Array(1e6))];
for (const call of calls) { try { call(); bad.push('none thrown'); } catch (e) { if (!(e instanceof Error) || e.constructor.constructor('return this')() !== globalThis) bad.push(e.message); for (const key of Reflect.ownKeys(e)) if (String(e[key]).includes('/work') || String(e[key]).includes('.ts')) bad.push(e[key]); } }
bad.join() || 'none';
