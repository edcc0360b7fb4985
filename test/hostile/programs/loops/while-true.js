// The plainest loop.
// expect: status=timeout limit=cpu_ms
while (true) {}
