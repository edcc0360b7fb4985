// An array of 2^32 - 1 holes.
// expect: status=ok
// preview: [ <4294967295 empty items> ]
new Array(2 ** 32 - 1);
