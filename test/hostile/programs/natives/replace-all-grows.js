// Each replacement doubles the text.
// expect: status=error|timeout
let s = 'aa';
for (;;) s = s.replaceAll('a', 'aa');
