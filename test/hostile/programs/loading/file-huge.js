// A file of a hundred megabytes.
// expect: status=error
// before: truncate -s 100M huge.js
require('./huge');
