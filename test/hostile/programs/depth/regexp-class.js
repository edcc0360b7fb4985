// A class with a million ranges.
// expect: status=error|ok|timeout
new RegExp('[' + 'a-zA-Z'.repeat(2e5) + ']').test('a');
