// A child left in the background.
// expect: status=ok
// modules: exec
require('exec').run('sh', ['-c', 'sleep 1000 & echo started']);
