// padStart to a billion characters.
// expect: status=error|timeout
'x'.padStart(2 ** 30 - 2, 'ab');
