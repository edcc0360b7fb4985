// Takes open files, CPU time and processors from the daemon and from the worker.
// expect: status=ok
// preview: none
// modules: exec
const reached = [];
for (const line of ['prlimit --pid {{PID}} --nofile=8:8', 'prlimit --pid {{PID}} --cpu=1:1', 'prlimit --pid $PPID --fsize=0:0', 'taskset -p 1 $PPID', 'chrt -i -p 0 $PPID', 'renice -n 19 -p $PPID', 'renice -n 19 -u "$(id -u)"', 'ionice -c 3 -p $PPID']) { try { require('exec').run('sh', ['-c', line]); reached.push(line); } catch {} }
reached.join() || 'none';
