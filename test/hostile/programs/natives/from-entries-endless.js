// Object.fromEntries of an endless iterator.
// expect: status=timeout|error code=TIMEOUT|OUT_OF_MEMORY
let i = 0;
Object.fromEntries({ [Symbol.iterator]: () => ({ next: () => ({ done: false, value: ['k' + i++, 1] }) }) });
