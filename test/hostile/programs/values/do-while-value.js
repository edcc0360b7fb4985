// The value of a loop's body.
// expect: status=ok
// preview: 5
do { 5; } while (false);
