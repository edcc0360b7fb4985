// A billion holes as text.
// expect: status=timeout|error code=TIMEOUT|OUT_OF_MEMORY
new Array(1e9) + '';
