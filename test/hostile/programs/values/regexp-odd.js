// Regular expressions of odd sources.
// expect: status=ok
[new RegExp(''), new RegExp('/'), new RegExp('\n'), new RegExp('\ud800'), new RegExp('x'.repeat(100000))];
