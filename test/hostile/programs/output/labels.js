// Counters and timers under labels without end.
// expect: http=422|201
for (let i = 0; i < 1e5; i++) { console.time('t'.repeat(100) + i); console.count('c' + i); }
