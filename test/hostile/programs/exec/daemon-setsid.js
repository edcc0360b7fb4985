// A child in a session of its own.
// expect: status=ok
// modules: exec
require('exec').run('setsid', ['--fork', 'sleep', '1000']);
