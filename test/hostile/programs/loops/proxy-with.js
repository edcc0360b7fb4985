// A proxy as the scope of a `with`.
// expect: status=timeout limit=cpu_ms
with (new Proxy({}, { has() { for (;;); } })) { anything; }
