// A result of a million characters is cut, not refused.
// expect: status=ok
'x'.repeat(1e6);
