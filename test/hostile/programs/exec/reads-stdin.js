// Waits for input that has ended.
// expect: status=ok
// modules: exec
require('exec').run('cat').length;
