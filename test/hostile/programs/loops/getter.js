// A getter loops.
// expect: status=timeout limit=cpu_ms
({ get a() { for (;;); } }).a;
