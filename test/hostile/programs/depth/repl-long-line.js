// Two megabytes on one line.
// expect: status=ok
// limits: cpu_ms=5000 wall_ms=6000 mem_mb=64
// source: "'" + 'x'.repeat(2e6) + "'.length"
