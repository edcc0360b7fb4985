// A loop in a parameter's default.
// expect: status=timeout limit=cpu_ms
((a = (() => { for (;;); })()) => a)();
