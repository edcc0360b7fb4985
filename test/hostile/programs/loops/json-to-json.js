// toJSON inside JSON.stringify.
// expect: status=timeout limit=cpu_ms
JSON.stringify({ toJSON() { for (;;); } });
