// A key of a million characters.
// expect: status=ok
({ ['k'.repeat(1e6)]: 1 });
