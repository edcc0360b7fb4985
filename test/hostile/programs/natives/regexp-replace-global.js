// Backtracking at each of many places, in replace.
// expect: status=timeout limit=cpu_ms|wall_ms
('a'.repeat(40) + '!').repeat(1000).replace(/(a*)*b/g, '');
