// Hard links to what is outside cannot be made.
// expect: status=ok
// preview: none
// modules: exec
const { run } = require('exec');
const reached = [];
for (const from of ['{{OUTSIDE}}/secret.txt', '/etc/passwd', '/bin/sh']) { try { run('ln', [from, 'hard' + reached.length]); reached.push(from); } catch {} }
reached.join() || 'none';
