// A comparator inside the native sort.
// expect: status=timeout limit=cpu_ms
[3, 2, 1].sort(() => { for (;;); });
