// Signals to the daemon.
// expect: status=ok
// preview: none
// modules: exec
const reached = [];
for (const signal of ['TERM', 'KILL', 'STOP', 'HUP', 'USR1', '0']) { try { require('exec').run('kill', ['-s', signal, '{{PID}}']); reached.push(signal); } catch {} }
reached.join() || 'none';
