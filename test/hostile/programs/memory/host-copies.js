// Large texts handed to the host again and again.
// expect: status=error|timeout|ok
// limits: mem_mb=64 cpu_ms=2000
for (let i = 0; i < 50; i++) { try { new URL('http://a.example/' + 'a'.repeat(7e6)); } catch {} }
