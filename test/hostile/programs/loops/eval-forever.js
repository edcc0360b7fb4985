// Compiles for ever.
// expect: status=timeout limit=cpu_ms
for (;;) eval('1');
