// Symbol.species loops inside map.
// expect: status=timeout limit=cpu_ms
const a = [1];
a.constructor = { get [Symbol.species]() { for (;;); } };
a.map((x) => x);
