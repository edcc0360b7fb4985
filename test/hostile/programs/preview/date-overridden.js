// A Date whose methods loop, and one that is no time.
// expect: status=ok
const d = new Date(0);
d.toISOString = d.getTime = d.toJSON = () => { for (;;); };
[d, new Date(NaN), new Date(8.64e15)];
