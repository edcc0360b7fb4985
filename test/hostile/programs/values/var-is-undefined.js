// A declaration has no value.
// expect: status=ok
// preview: undefined
var x = 1;
