// Five megabytes of input that nobody reads.
// expect: status=ok|error
// modules: exec
// limits: mem_mb=64 cpu_ms=2000
require('exec').run('true', [], { input: 'x'.repeat(5e6) });
