// Backtracking inside a lookahead, in a try.
// expect: status=timeout limit=cpu_ms|wall_ms
try { /^(?=(a*)*b)/.test('a'.repeat(60)); } catch {}
