// Functions of a module by names that every object has.
// expect: status=ok
// preview: none
// modules: fs
const fs = require('fs');
const reached = [];
for (const name of ['openSync', 'readlinkSync', 'symlinkSync', 'linkSync', 'chmodSync', 'createReadStream', 'promises', 'watch', 'constants', '__proto__x']) if (name in fs) reached.push(name);
reached.join() || 'none';
