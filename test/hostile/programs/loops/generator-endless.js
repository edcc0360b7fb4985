// A generator that never ends, consumed.
// expect: status=timeout limit=cpu_ms
for (const _ of (function* () { for (;;) yield 1; })());
