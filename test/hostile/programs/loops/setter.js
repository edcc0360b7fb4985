// A setter loops.
// expect: status=timeout limit=cpu_ms
({ set a(_) { for (;;); } }).a = 1;
