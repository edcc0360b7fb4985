// A search that compares half of the text at each place.
// expect: status=timeout limit=cpu_ms|wall_ms
('a'.repeat(2e6)).indexOf('a'.repeat(1e6) + 'b');
