// Catches whatever stops the inner loop, and starts over.
// expect: status=timeout limit=cpu_ms
for (;;) { try { for (;;); } catch {} }
