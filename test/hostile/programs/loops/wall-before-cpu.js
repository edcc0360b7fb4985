// Waits and computes in turn: the wall limit is the first to pass.
// expect: status=timeout limit=wall_ms
// limits: cpu_ms=2000 wall_ms=300
(async () => { for (;;) await new Promise((r) => setTimeout(r, 5)); })();
