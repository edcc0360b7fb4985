// A symbol with a description of a million characters.
// expect: status=ok
Symbol('s'.repeat(1e6));
