// A hundred thousand rejections that nobody handles.
// expect: status=error
// limits: cpu_ms=3000
for (let i = 0; i < 100000; i++) Promise.reject(i);
