// toJSON is never called for the result.
// expect: status=ok
// preview: { a: 1, toJSON: [Function: toJSON] }
({ a: 1, toJSON() { for (;;); } });
