// Awaits for ever.
// expect: status=timeout limit=cpu_ms
for (;;) await null;
