// The global object itself.
// expect: status=ok
globalThis;
