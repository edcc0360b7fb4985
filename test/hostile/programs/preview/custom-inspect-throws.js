// An inspect method that throws.
// expect: status=ok
({ [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('no'); } });
