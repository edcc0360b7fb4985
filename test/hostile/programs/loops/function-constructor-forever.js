// Makes functions for ever.
// expect: status=timeout limit=cpu_ms
for (let i = 0; ; i++) new Function('a', 'return a + ' + i)(1);
