// A directive is a string.
// expect: status=ok
'use strict';
