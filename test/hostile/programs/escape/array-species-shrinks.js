// Arrays that shrink under the natives that walk them.
// expect: status=ok|error
const results = [];
for (const fn of ['concat', 'splice', 'slice', 'map', 'filter', 'flat', 'flatMap', 'copyWithin', 'sort', 'indexOf', 'join', 'reverse', 'fill', 'toSpliced', 'with']) {
  const a = Array.from({ length: 1000 }, (_, i) => i);
  const cut = { valueOf() { a.length = 1; return 0; }, toString() { a.length = 1; return ','; } };
  a.constructor = { [Symbol.species]: function () { a.length = 1; return []; } };
  try { a[fn](['map', 'filter', 'flatMap', 'sort'].includes(fn) ? () => { a.length = 1; return []; } : cut, cut, cut); results.push(fn); } catch (e) { results.push(e.name); }
}
results.length;
