// A tag function loops.
// expect: status=timeout limit=cpu_ms
(() => { for (;;); })`x`;
