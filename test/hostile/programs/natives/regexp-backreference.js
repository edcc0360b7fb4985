// Backtracking with a backreference.
// expect: status=timeout limit=cpu_ms|wall_ms
/^(.*)(.*)(.*)(.*)(.*)\1\2\3\4\5x$/.test('ab'.repeat(400));
