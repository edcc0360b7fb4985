// A hook that returns traps and reads what it is given.
// expect: status=error|ok
Error.prepareStackTrace = (e, frames) => ({ toString() { for (;;); }, frames });
Error.stackTraceLimit = { valueOf() { for (;;); } };
throw new Error('mine');
