// Promise.prototype.finally that never finishes.
// expect: status=timeout limit=cpu_ms
Promise.reject(1).finally(() => { for (;;); }).catch(() => {});
