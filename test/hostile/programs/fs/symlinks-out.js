// Links that lead out, to files, folders, devices and /proc.
// expect: status=ok
// preview: none
// modules: fs
// before: ln -s ../outside dir; ln -s ../outside/secret.txt file; ln -s /proc/self proc; ln -s /dev/zero zero; ln -s /etc etc; ln -s ../outside/new dangling; ln -s loop loop; ln -s "$PWD/.." up
const fs = require('fs');
const reached = [];
for (const path of ['dir/secret.txt', 'file', 'proc/environ', 'proc/root/etc/passwd', 'zero', 'etc/passwd', 'loop', 'up/outside/secret.txt'])
  for (const call of [() => fs.readFileSync(path), () => fs.writeFileSync(path, 'x'), () => fs.appendFileSync(path, 'x'), () => fs.copyFileSync(path, 'copied'), () => fs.statSync(path), () => fs.readdirSync(path)]) { try { call(); reached.push(path + call); } catch {} }
try { fs.writeFileSync('dangling', 'x'); reached.push('dangling'); } catch {}
try { fs.mkdirSync('dir/made'); reached.push('made'); } catch {}
try { fs.rmSync('dir/secret.txt'); reached.push('removed'); } catch {}
try { fs.rmSync('dir/', { recursive: true }); } catch {}
try { fs.renameSync('dir/secret.txt', 'stolen'); reached.push('renamed'); } catch {}
reached.join() || 'none';
