// Many long strings.
// expect: status=ok
// limits: mem_mb=64
Array.from({ length: 100 }, () => 'y'.repeat(50000));
