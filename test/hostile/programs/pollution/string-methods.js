// Every method of strings replaced.
// expect: status=ok
// console: a 'b'
// then: 'text' => text
for (const key of Reflect.ownKeys(String.prototype)) { try { if (key !== 'length' && key !== 'constructor') String.prototype[key] = () => { throw new Error('polluted'); }; } catch {} }
console.log('%s %o', 'a', 'b');
