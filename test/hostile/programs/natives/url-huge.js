// A URL longer than a request to the host may be.
// expect: status=error
// limits: cpu_ms=2000 mem_mb=64
new URL('http://a.example/' + 'a'.repeat(9e6)).href.length;
