// A loop that never leaves one function and calls nothing.
// expect: status=timeout limit=cpu_ms
(function () { for (let i = 0; ; i = (i + 1) | 0); })();
