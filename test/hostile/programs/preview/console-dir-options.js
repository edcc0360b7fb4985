// Hostile options of console.dir.
// expect: status=ok|timeout|error
console.dir({ a: { b: { c: { d: {} } } } }, { depth: { valueOf() { for (;;); } }, get showHidden() { for (;;); }, sorted() { for (;;); } });
