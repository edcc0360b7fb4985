// A chain of ten thousand requires made by one file that requires itself under other spellings.
// expect: status=ok|error|timeout
// file: r.js => const n = (globalThis.n = (globalThis.n ?? 0) + 1); if (n < 10000) require('./' + './'.repeat(n % 50) + 'r.js');
require('./r.js');
typeof n;
