// Removes the worktree from under the session.
// expect: status=ok|error
// modules: exec
// state: any
// then: 6 * 7 => 42
try { require('exec').run('sh', ['-c', 'rm -rf "$PWD"; mv "$PWD" ../moved']); } catch {}
1;
