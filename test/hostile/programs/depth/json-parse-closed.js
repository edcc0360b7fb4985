// A hundred thousand levels that do close.
// expect: status=error|ok
// limits: cpu_ms=2000 mem_mb=64
JSON.parse('['.repeat(1e5) + ']'.repeat(1e5)).length;
