// The names of files that others make in a folder which it cannot read.
// expect: status=ok
// preview: none
// modules: exec
const { run } = require('exec');
const reached = [];
const [inotify, fanotify] = { x86_64: [294, 300], aarch64: [26, 262] }[run('uname', ['-m']).trim()];
for (const call of [`${inotify}, 0`, `${fanotify}, 0x200, 0`]) { try { run('perl', ['-e', `exit(syscall(${call}) < 0)`]); reached.push(call); } catch {} }
reached.join() || 'none';
