// Symbol.hasInstance loops.
// expect: status=timeout limit=cpu_ms
1 instanceof { [Symbol.hasInstance]() { for (;;); } };
