// Timers far away, each cancelled at once: none of them is kept until its time comes.
// expect: status=ok
// preview: done
// limits: mem_mb=8 cpu_ms=10000
for (let i = 0; i < 40_000; i++) clearTimeout(setTimeout(() => {}, 1e9));
'done';
