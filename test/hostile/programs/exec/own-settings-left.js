// A mask, limits and a niceness that one program sets are none of the next one's.
// expect: status=ok
// preview: true
// modules: exec
const { run } = require('exec');
const look = () => run('sh', ['-c', 'umask; ulimit -n; ulimit -f; nice; pwd; env | sort; trap']);
const before = look();
run('sh', ['-c', 'umask 777; ulimit -n 5; ulimit -f 1; trap "" TERM; cd /; export LEFT=1; exec nice -n 5 true']);
look() === before;
