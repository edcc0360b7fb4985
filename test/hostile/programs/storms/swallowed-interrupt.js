// The stop rejects a promise that nobody looks at; the value would be ok.
// expect: status=timeout limit=cpu_ms
(async () => { for (;;); })();
1;
