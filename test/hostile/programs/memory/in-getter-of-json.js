// The memory ends in a getter under JSON.stringify.
// expect: status=error code=OUT_OF_MEMORY
// limits: mem_mb=32 cpu_ms=5000
const a = [];
JSON.stringify({ get x() { for (;;) a.push(new Uint8Array(1e5)); } });
