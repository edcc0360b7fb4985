// A string that is half of a pair.
// expect: status=ok
'\ud800';
