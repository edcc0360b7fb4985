// A typed array of ten million.
// expect: status=ok
// limits: mem_mb=64
new Uint8Array(1e7);
