// The fifty optional letters.
// expect: status=timeout|error|ok
new RegExp('(?:a?){50}' + 'a'.repeat(50) + '$').test('a'.repeat(49));
