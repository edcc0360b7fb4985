// A promise of a promise of a promise.
// expect: status=ok
// preview: 3
Promise.resolve(Promise.resolve((async () => Promise.resolve(3))()));
