// An inspect method that inspects itself again with the function it was given.
// expect: status=ok|timeout|error
({ [Symbol.for('nodejs.util.inspect.custom')](d, o, inspect) { return inspect(this, o); } });
