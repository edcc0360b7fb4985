// A regular expression without end of uses.
// expect: status=timeout limit=cpu_ms
for (;;) /(a|b)*c/.test('ababab');
