// The engine looks through all declarations of a script at each of them.
// expect: status=timeout limit=cpu_ms
// source: "var a = 1;".repeat(50000)
// then: typeof a => undefined
