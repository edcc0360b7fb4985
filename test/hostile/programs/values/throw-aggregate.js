// Many errors in one.
// expect: status=error
throw new AggregateError(Array.from({ length: 10000 }, (_, i) => new Error('e' + i)), 'many');
