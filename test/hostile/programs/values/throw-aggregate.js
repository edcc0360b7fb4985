// Many errors in one.
// expect: status=error
// limits: cpu_ms=2000
throw new AggregateError(Array.from({ length: 10000 }, (_, i) => new Error('e' + i)), 'many');
