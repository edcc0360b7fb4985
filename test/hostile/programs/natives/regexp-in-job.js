// The same inside a promise's reaction.
// expect: status=timeout limit=cpu_ms|wall_ms
Promise.resolve().then(() => /^(a+)+$/.test('a'.repeat(50) + 'b')).catch(() => 0);
