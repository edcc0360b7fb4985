// Thenables that settle twice, throw after settling, or are not functions.
// expect: status=ok
// preview: 1
await { then(resolve) { resolve(1); resolve(2); throw 3; } };
