// Compares long texts for ever.
// expect: status=timeout|error
const a = 'a\u0301'.repeat(300000);
for (;;) a.localeCompare(a + 'b');
