// Generators that delegate to generators.
// expect: status=error
// message: /stack/
function* g() { yield* g(); }
[...g()];
