// console.table of traps.
// expect: status=ok|timeout
console.table(new Proxy([{ a: 1 }], { ownKeys() { for (;;); }, get() { for (;;); } }));
console.table([{ get a() { for (;;); } }]);
