// A return in finally replaces the stop with a value.
// expect: status=timeout limit=cpu_ms
(function () { try { for (;;); } finally { return 'went on'; } })();
