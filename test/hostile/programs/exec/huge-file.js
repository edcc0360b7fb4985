// A file beyond the size that a program may make.
// expect: status=ok
// preview: refused
// modules: exec
try { require('exec').run('truncate', ['-s', '20G', 'huge']); 'made'; } catch { 'refused'; }
