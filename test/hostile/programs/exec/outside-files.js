// Reads and writes outside, by many programs.
// expect: status=ok
// preview: none
// modules: exec
const { run } = require('exec');
const reached = [];
for (const line of ['cat {{OUTSIDE}}/secret.txt', 'ls {{OUTSIDE}}', 'echo x > {{OUTSIDE}}/made', 'echo x >> {{OUTSIDE}}/secret.txt', 'rm -rf {{OUTSIDE}}/secret.txt', 'mv {{OUTSIDE}}/secret.txt .', 'cp {{OUTSIDE}}/secret.txt .', 'ln {{OUTSIDE}}/secret.txt hard', 'mkdir {{OUTSIDE}}/dir', 'truncate -s 0 {{OUTSIDE}}/secret.txt', 'mkfifo {{OUTSIDE}}/pipe', 'ln -s x {{OUTSIDE}}/link', 'cat /etc/shadow', 'cat /root/.bashrc', 'echo x > /tmp/vm-system-hostile', 'echo x > /dev/shm/vm-system-hostile', 'touch {{OUTSIDE}}/touched', 'dd if=/dev/zero of={{OUTSIDE}}/dd count=1', 'cat /etc/passwd']) { try { run('sh', ['-c', line]); reached.push(line); } catch {} }
reached.join() || 'none';
