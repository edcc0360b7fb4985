// Lines with NUL, halves of pairs, and text directions.
// expect: status=ok
console.log('a\0b', '\ud800', '\udc00\ud800', '\u202e', '\uffff', '\x1b[31m');
'a\0b\ud800';
