// A regular expression of a hundred thousand groups.
// expect: status=error|ok
new RegExp('('.repeat(1e5) + 'a' + ')'.repeat(1e5)).test('a');
