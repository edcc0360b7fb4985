// An error with a message of a million characters is cut.
// expect: status=error
throw new Error('m'.repeat(1e6));
