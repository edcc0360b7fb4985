// One long division after another.
// expect: status=timeout limit=cpu_ms|wall_ms
// limits: mem_mb=64
const a = 1n << 900000n;
const b = (1n << 450000n) + 1n;
for (;;) a / b;
