// Output that is no text.
// expect: status=ok
// modules: exec
require('exec').run('head', ['-c', '5000', '/dev/urandom']).length > 0;
