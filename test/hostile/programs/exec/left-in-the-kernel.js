// Shared memory, semaphores and queues, which the kernel keeps when the program has gone.
// expect: status=ok
// preview: none
// modules: exec
const { run } = require('exec');
const reached = [];
const open = { x86_64: 240, aarch64: 180 }[run('uname', ['-m']).trim()];
for (const line of ['ipcmk -M 4096', 'ipcmk -S 1', 'ipcmk -Q', `perl -e 'my $name = "vm-system-hostile"; exit(syscall(${open}, $name, 0102, 0600, 0) < 0 && $! == 1)'`]) { try { run('sh', ['-c', line]); reached.push(line); } catch {} }
reached.join() || 'none';
