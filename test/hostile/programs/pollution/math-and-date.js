// Clocks and dice replaced, timers still fire.
// expect: status=ok
// preview: fired
Math.random = Math.floor = Math.trunc = Date.now = performance.now = () => NaN;
globalThis.Date = function () { for (;;); };
await new Promise((r) => setTimeout(r, 5, 'fired'));
