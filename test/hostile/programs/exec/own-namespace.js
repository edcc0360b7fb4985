// A user of its own, who has all rights there: by the calls that make processes.
// expect: status=ok
// preview: none
// modules: exec
const { run } = require('exec');
const reached = [];
const clone = { x86_64: 56, aarch64: 220 }[run('uname', ['-m']).trim()];
for (const flag of ['0x10000000', '0x40000000', '0x20000000', '0x00020000']) { try { run('perl', ['-e', `my $pid = syscall(${clone}, ${flag} | 17, 0, 0, 0, 0); exit($pid < 0)`]); reached.push(flag); } catch {} }
reached.join() || 'none';
