// A match that remembers two million places.
// expect: status=ok|error|timeout
// limits: mem_mb=64
/(?:a|b)*c/.test('ab'.repeat(1e6));
