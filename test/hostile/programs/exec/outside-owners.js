// Owners and attributes of what is outside.
// expect: status=ok
// preview: none
// modules: exec
const { run } = require('exec');
const reached = [];
for (const line of ['chown 1:1 {{OUTSIDE}}/secret.txt', 'chown -h 1 {{OUTSIDE}}/secret.txt', 'chgrp 1 {{OUTSIDE}}/folder', 'setfattr -n trusted.x -v y {{OUTSIDE}}/secret.txt', 'setcap cap_net_raw+ep {{OUTSIDE}}/evil.js']) { try { run('sh', ['-c', line]); reached.push(line); } catch {} }
reached.join() || 'none';
