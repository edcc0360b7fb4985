// Nested counts compile to a program that is too large.
// expect: status=error|timeout|ok
/((((((a{1,100}){1,100}){1,100}){1,100}){1,100}){1,100})b/.test('a'.repeat(100));
