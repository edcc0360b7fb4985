// Source that closes what it might be wrapped in.
// expect: status=error
// state: unrun
await 1; })(); globalThis.escapedWrapper = 1; (async () => {
