// Longer than the host takes: refused, and no URL without its parts comes of it.
// expect: status=error
// message: TypeError: The URL is too long
// limits: mem_mb=128 cpu_ms=5000
const url = new URL('http://a/' + 'b'.repeat(3e6));
url;
