// An async generator without end.
// expect: status=timeout limit=cpu_ms
for await (const _ of (async function* () { for (;;) yield 1; })());
