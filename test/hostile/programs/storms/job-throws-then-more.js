// Each job throws, and each makes another.
// expect: status=timeout limit=cpu_ms
(function f() { queueMicrotask(() => { f(); throw new Error('again'); }); })();
