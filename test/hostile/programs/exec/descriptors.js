// What a program finds open.
// expect: status=ok
// preview: none
// modules: exec
let found = [];
for (let fd = 3; fd < 64; fd++) { try { require('exec').run('bash', ['-c', 'true <&' + fd]); found.push(fd); } catch {} }
found.join() || 'none';
