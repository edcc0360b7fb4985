// An imported file loops.
// expect: status=timeout limit=cpu_ms
// file: loop.mjs => for (;;);
try { await import('./loop.mjs'); } catch {}
