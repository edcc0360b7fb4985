// Other processes' environments and memory.
// expect: status=ok
// preview: none
// modules: exec
let out = '';
for (const path of ['/proc/{{PID}}/environ', '/proc/{{PID}}/maps', '/proc/{{PID}}/mem', '/proc/{{PID}}/fd', '/proc/{{PID}}/cmdline', '/proc/self/environ', '/proc/1/environ', '/proc/self/mountinfo']) { try { out += require('exec').run('cat', [path]); } catch (e) { if (e.code === undefined) throw e; } }
try { out += require('exec').run('sh', ['-c', 'cat /proc/$PPID/environ /proc/$PPID/maps']); } catch {}
out.length === 0 ? 'none' : out.slice(0, 300);
