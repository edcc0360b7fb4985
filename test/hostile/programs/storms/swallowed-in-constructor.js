// The promise constructor turns the stop into a rejection, and catch into a value.
// expect: status=timeout limit=cpu_ms
new Promise(() => { for (;;); }).catch(() => 'went on');
