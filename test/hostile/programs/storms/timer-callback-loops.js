// A timer's callback loops.
// expect: status=timeout limit=cpu_ms
setTimeout(() => { for (;;); }, 1);
'set';
