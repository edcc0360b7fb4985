// Clones of clones.
// expect: status=timeout|error
let o = [1];
for (;;) o = structuredClone([o, o]);
