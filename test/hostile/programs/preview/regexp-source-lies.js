// A regular expression whose source and flags lie.
// expect: status=ok
const r = /x/g;
Object.defineProperty(r, 'source', { get() { for (;;); } });
Object.defineProperty(r, 'flags', { get() { for (;;); } });
r.toString = () => { for (;;); };
r;
