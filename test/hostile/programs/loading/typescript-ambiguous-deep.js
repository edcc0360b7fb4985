// Each bracket may begin types or be a comparison, and is read as both.
// expect: status=timeout limit=cpu_ms
// source: "let x: number = 1; f" + "<a".repeat(5000) + ";"
// then: 1 + 1 => 2
