// Every trap again, as console arguments.
// expect: status=ok
// console: /Getter/
const trap = () => { for (;;); };
console.log({ get a() { for (;;); } }, new Proxy({}, new Proxy({}, { get: () => trap })), { toJSON: trap, toString: trap });
console.error(Object.create(null), Object.create(new Proxy({}, { get: trap })));
console.dir({ [Symbol.for('nodejs.util.inspect.custom')]: trap });
1;
