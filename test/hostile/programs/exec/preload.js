// Libraries loaded into a program by its environment.
// expect: status=ok
// modules: exec
try { require('exec').run('true', [], { env: { LD_PRELOAD: '{{OUTSIDE}}/evil.so', LD_LIBRARY_PATH: '.', BASH_ENV: '{{OUTSIDE}}/evil.js', ENV: '/etc/passwd', BUN_OPTIONS: '--preload=./x.js', NODE_OPTIONS: '--require ./x.js' } }); } catch {}
1;
