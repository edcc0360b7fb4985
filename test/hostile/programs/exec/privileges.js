// Ways to more rights.
// expect: status=ok
// preview: none
// modules: exec
const reached = [];
for (const line of ['su -c id', 'sudo -n id', 'unshare -r id', 'unshare -m id', 'mount -t tmpfs x .', 'chroot . id', 'nsenter -t {{PID}} -a id', 'mknod dev c 1 5', 'mknod block b 8 0', 'hostname "$(hostname)"', 'date -s "$(date)"', 'sysctl -w kernel.hostname=x', 'strace -p {{PID}}']) { try { require('exec').run('sh', ['-c', line]); reached.push(line); } catch {} }
reached.join() || 'none';
