// Files that require one another.
// expect: status=ok
// preview: object
// file: a.js => exports.b = require('./b');
// file: b.js => exports.a = require('./a');
typeof require('./a');
