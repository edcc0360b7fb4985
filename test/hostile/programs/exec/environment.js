// The environment has nothing of the daemon's.
// expect: status=ok
// preview: /HOME=/
// modules: exec
require('exec').run('env');
