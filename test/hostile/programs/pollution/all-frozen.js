// Everything is frozen.
// expect: status=ok
// then: ({ a: 1 }) => { a: 1 }
// then: new Promise((r) => setTimeout(r, 1, 'late')) => late
const seen = new Set();
(function freeze(o) { if ((typeof o !== 'object' && typeof o !== 'function') || o === null || seen.has(o)) return; seen.add(o); if (o !== globalThis) Object.freeze(o); for (const key of Reflect.ownKeys(o)) { const d = Reflect.getOwnPropertyDescriptor(o, key); freeze(d.value); freeze(d.get); freeze(d.set); } freeze(Reflect.getPrototypeOf(o)); })(globalThis);
seen.size > 100;
