// A required file loops.
// expect: status=timeout limit=cpu_ms
// file: loop.js => for (;;);
try { require('./loop'); } catch {}
