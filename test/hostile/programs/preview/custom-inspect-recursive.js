// An inspect method that returns a new object like itself, for ever.
// expect: status=ok|timeout|error
function make() { return { [Symbol.for('nodejs.util.inspect.custom')]: make }; }
make();
