// A finally block that continues the loop discards the stop.
// expect: status=timeout limit=cpu_ms
for (;;) { try { while (true); } finally { continue; } }
