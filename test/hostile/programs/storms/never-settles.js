// A promise that nothing can settle: an error, at once.
// expect: status=error code=PROMISE_NEVER_SETTLES
await new Promise(() => {});
