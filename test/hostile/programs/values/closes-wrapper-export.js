// The same with braces and declarations.
// expect: status=error
// state: unrun
let a = await 1 }; globalThis.escapedWrapper = 1; async function g() {
