// Abort listeners that abort the next controller, and loop.
// expect: status=timeout limit=cpu_ms
const c = new AbortController();
c.signal.addEventListener('abort', () => { for (;;); });
c.abort();
