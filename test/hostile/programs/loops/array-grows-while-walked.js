// Walks an array that grows as it is walked: time or memory ends it.
// expect: status=timeout|error code=TIMEOUT|OUT_OF_MEMORY
const a = [1];
for (const x of a) a.push(x);
