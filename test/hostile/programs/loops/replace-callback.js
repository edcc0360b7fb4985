// A callback inside the native replace.
// expect: status=timeout limit=cpu_ms
'abc'.replace(/b/, () => { for (;;); });
