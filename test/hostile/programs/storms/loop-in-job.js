// The loop begins only when jobs run; a second job would go on.
// expect: status=timeout limit=cpu_ms
// then: typeof wentOn => undefined
Promise.resolve().then(() => { for (;;); });
Promise.resolve().then(() => { globalThis.wentOn = 1; });
