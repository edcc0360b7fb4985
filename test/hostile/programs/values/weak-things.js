// Weak references and registries.
// expect: status=ok
[new WeakRef({}), new WeakMap(), new WeakSet(), new FinalizationRegistry(() => {})];
