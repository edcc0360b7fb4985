// Nested loops that continue the outer one.
// expect: status=timeout limit=cpu_ms
outer: do { for (;;) continue outer; } while (true);
