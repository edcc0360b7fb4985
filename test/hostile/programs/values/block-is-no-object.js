// Braces at the start.
// expect: status=ok
{ }
