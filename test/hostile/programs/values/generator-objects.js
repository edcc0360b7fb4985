// Things that are half way through.
// expect: status=ok
[(function* () { yield 1; })(), (async function* () {})(), [][Symbol.iterator](), new Map([[1, 2]]).entries(), 'x'.matchAll(/x/g)];
