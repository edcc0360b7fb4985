// A time-out of its own.
// expect: status=error code=ETIMEDOUT
// modules: exec
require('exec').run('sleep', ['1000'], { timeout_ms: 100 });
