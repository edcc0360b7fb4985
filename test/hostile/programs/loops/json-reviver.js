// A reviver inside JSON.parse.
// expect: status=timeout limit=cpu_ms
JSON.parse('[1,2]', () => { for (;;); });
