// Opens more files than it may.
// expect: status=ok|error
// modules: exec
// limits: wall_ms=3000
try { require('exec').run('bash', ['-c', 'ulimit -n; for i in $(seq 10 3000); do eval "exec $i</dev/null" || exit 9; done']); } catch (e) { e.code; }
