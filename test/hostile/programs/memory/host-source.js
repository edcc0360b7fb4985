// Large source compiled again and again.
// expect: status=ok|error|timeout
// limits: mem_mb=32 cpu_ms=1500
for (let i = 0; i < 30; i++) { try { new Function('/*' + 'x'.repeat(5e6) + '*/ return ' + i)(); } catch {} }
