// A proxy that says it has 2^53 keys.
// expect: status=timeout|error
Object.keys(new Proxy({}, { ownKeys: () => ({ length: 2 ** 53 - 1 }) }));
