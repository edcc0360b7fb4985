// String conversion that does not end.
// expect: status=timeout limit=cpu_ms
`${{ toString() { for (;;); } }}`;
