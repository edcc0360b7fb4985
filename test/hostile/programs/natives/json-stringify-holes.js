// A hundred million holes as JSON.
// expect: status=timeout|error
JSON.stringify(new Array(1e8));
