// A proxy trap under `in`.
// expect: status=timeout limit=cpu_ms
'a' in new Proxy({}, { has() { for (;;); } });
