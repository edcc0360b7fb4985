// A delay whose conversion loops.
// expect: status=timeout limit=cpu_ms
setTimeout(() => {}, { valueOf() { for (;;); } });
