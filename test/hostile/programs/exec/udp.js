// Sends a datagram.
// expect: status=ok
// preview: refused
// modules: exec
try { require('exec').run('bash', ['-c', 'echo x > /dev/udp/127.0.0.1/5353 && echo sent']); } catch { 'refused'; }
