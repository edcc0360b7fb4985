// A million parameters.
// expect: status=ok|timeout|error
new URLSearchParams('a&'.repeat(1e6)).size;
