// A string with NULs.
// expect: status=ok
// then: 'a\0b'.length => 3
'a\0b\0';
