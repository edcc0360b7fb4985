// What stacks tell about the host.
// expect: status=ok
const stacks = [];
const calls = [() => null.x, () => require('./nothing'), () => new URL('bad'), () => structuredClone(() => {}), () => atob('*'), () => setTimeout(1), () => new TextDecoder('bad'), () => crypto.getRandomValues(1), () => JSON.parse('{'), () => new RegExp('('), () => eval('('), () => console.log({ get a() { throw 1; } }), () => 'x'.repeat(-1)];
for (const call of calls) { try { call(); } catch (e) { stacks.push(e.stack + '|' + e.message + '|' + JSON.stringify(Object.getOwnPropertyNames(e).map((k) => [k, String(e[k])]))); } }
console.log(stacks.join('\n'));
stacks.join('\n');
