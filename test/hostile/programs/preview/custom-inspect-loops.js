// An inspect method of the guest's own loops: the limit holds while the result is shown.
// expect: status=ok|timeout
({ [Symbol.for('nodejs.util.inspect.custom')]() { for (;;); } });
