// Async calls that wait for one another, deeper and deeper.
// expect: status=timeout|error code=TIMEOUT|OUT_OF_MEMORY
await (async function f() { await null; return f(); })();
