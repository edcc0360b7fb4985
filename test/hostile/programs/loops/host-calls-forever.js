// Nothing but calls of the host.
// expect: status=timeout limit=cpu_ms
for (;;) crypto.getRandomValues(new Uint8Array(65536));
