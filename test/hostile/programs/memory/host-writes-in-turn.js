// Large texts written one after another: none is kept, so there is no end to how many there may be.
// expect: status=ok
// preview: 7000000
// modules: fs
// limits: mem_mb=64 cpu_ms=20000
{
  const fs = require('fs');
  const text = 'x'.repeat(7e6);
  for (let i = 0; i < 20; i++) fs.writeFileSync('big', text);
  fs.statSync('big').size;
}
