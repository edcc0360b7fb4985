// throw a proxy with traps.
// expect: status=error
throw new Proxy(new Error('inside'), { get() { for (;;); }, getPrototypeOf() { for (;;); } });
