// Few turns, each long: what polls by turn counts is late.
// expect: status=timeout limit=cpu_ms
const big = JSON.stringify(Array.from({ length: 20000 }, (_, i) => ({ i })));
for (;;) JSON.parse(big);
