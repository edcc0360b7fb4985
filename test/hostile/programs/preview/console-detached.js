// The methods without their object, and with hostile ones.
// expect: status=ok
const { log, table, group, groupEnd } = console;
log.call(null, 1);
log.apply(new Proxy({}, { get() { for (;;); } }), [2]);
group(); groupEnd(); groupEnd(); groupEnd(); table(null);
1;
