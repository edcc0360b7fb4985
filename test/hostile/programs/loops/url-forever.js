// A host call that parses, again and again.
// expect: status=timeout limit=cpu_ms
for (let i = 0; ; i++) new URL('http://a.example/' + 'x/../'.repeat(5000) + i);
