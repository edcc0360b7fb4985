// Symbol.toPrimitive that does not end.
// expect: status=timeout limit=cpu_ms
1n + { [Symbol.toPrimitive]() { for (;;); } };
