// A number of ten million digits.
// expect: status=ok|error|timeout
// limits: mem_mb=64
Number('1'.repeat(1e7));
