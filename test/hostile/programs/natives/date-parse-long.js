// A date of a million characters.
// expect: status=ok|timeout|error
Date.parse('2020-01-01T00:00:00.' + '1'.repeat(1e6) + 'Z');
