// Catastrophic backtracking, the classic.
// expect: status=timeout limit=cpu_ms|wall_ms
/^(a+)+$/.test('a'.repeat(50) + 'b');
