// The hooks of stack traces.
// expect: status=error
// message: Error: mine
// then: 1 => 1
Error.prepareStackTrace = (e, frames) => { for (;;); };
Error.captureStackTrace = () => { for (;;); };
throw new Error('mine');
