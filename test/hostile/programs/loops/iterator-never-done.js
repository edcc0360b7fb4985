// An iterator that is never done, destructured past its holes.
// expect: status=timeout limit=cpu_ms
for (const _ of { [Symbol.iterator]: () => ({ next: () => ({ done: false }) }) });
