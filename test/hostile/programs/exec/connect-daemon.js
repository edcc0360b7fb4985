// Connects to the daemon's own port.
// expect: status=ok
// preview: refused
// modules: exec
try { require('exec').run('bash', ['-c', 'exec 3<>/dev/tcp/127.0.0.1/{{PORT}} && echo connected']); } catch { 'refused'; }
