// A thousand megabytes, one at a time.
// expect: status=ok
// preview: 1000
// limits: mem_mb=32 cpu_ms=5000
let n = 0;
for (; n < 1000; n++) new Uint8Array(1e6);
n;
