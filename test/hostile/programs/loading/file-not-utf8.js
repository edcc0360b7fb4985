// A file that is no text.
// expect: status=error|ok
// before: printf '\377\376\000\001 = (' > bad.js
require('./bad');
