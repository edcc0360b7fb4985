// What a program may say of itself goes on working: its limits, its niceness.
// expect: status=ok
// preview: 100 5
// modules: exec
require('exec').run('sh', ['-c', 'ulimit -n 100; echo $(ulimit -n) $(( $(nice -n 5 nice) - $(nice) ))']).trim();
