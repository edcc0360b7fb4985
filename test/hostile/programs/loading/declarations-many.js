// The engine looks through all declarations of a script at each of them.
// expect: status=timeout limit=cpu_ms
// source: Array.from({ length: 50000 }, (_, i) => `var a${i} = 1;`).join("")
// then: typeof a1 => undefined
