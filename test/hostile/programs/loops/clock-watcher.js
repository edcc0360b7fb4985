// Waits for a time that will not come.
// expect: status=timeout limit=cpu_ms
while (Date.now() < 9e15) performance.now();
