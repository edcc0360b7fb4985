// Each bracket may begin types or be a comparison, and is read as both.
// expect: status=timeout|error limit=cpu_ms|mem_mb
// source: "let x: number = 1; f" + "<a".repeat(5000) + ";"
// then: 1 + 1 => 2
