// What stat gives can be changed by the guest and fools nobody but the guest.
// expect: status=ok
// modules: fs
// then: require('fs').statSync('.').size > 0 => true
const fs = require('fs');
const s = fs.statSync('.');
Object.getPrototypeOf(s).isDirectory = () => { for (;;); };
s.isFile = () => { throw 1; };
1;
