// An object whose then is no function.
// expect: status=ok
// preview: { then: 1 }
await { then: 1 };
