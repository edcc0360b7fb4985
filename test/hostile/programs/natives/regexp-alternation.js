// Backtracking by overlapping alternatives.
// expect: status=timeout limit=cpu_ms|wall_ms
/^(a|a|aa)+$/.test('a'.repeat(60) + '!');
