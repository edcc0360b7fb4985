// Promise.prototype.then and its species replaced.
// expect: status=ok
// preview: 7
// then: await Promise.resolve(8) => 8
// then: (async () => 9)() => 9
Promise.prototype.then = Promise.prototype.catch = Promise.prototype.finally = () => { throw new Error('polluted'); };
Object.defineProperty(Promise, Symbol.species, { get() { throw new Error('polluted'); } });
Promise.resolve(7);
