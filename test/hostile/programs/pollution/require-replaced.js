// require and console taken over for what comes later.
// expect: status=ok
// then: 6 * 7 => 42
globalThis.require = globalThis.console = new Proxy(() => {}, { get() { for (;;); }, apply() { for (;;); } });
1;
