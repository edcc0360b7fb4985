// Runs the program that runs it.
// expect: status=ok
// preview: none
// modules: exec
const reached = [];
for (const line of ['/proc/self/exe', '/proc/$PPID/exe version', 'vm-system version']) { try { require('exec').run('sh', ['-c', line]); if (line !== '/proc/self/exe') reached.push(line); } catch {} }
reached.join() || 'none';
