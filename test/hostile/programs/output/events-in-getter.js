// Logged from an inspect method while the result is shown.
// expect: http=422|201
({ [Symbol.for('nodejs.util.inspect.custom')]() { for (;;) console.log(1); } });
