// join of 2^32 empty places.
// expect: status=timeout|error code=TIMEOUT|OUT_OF_MEMORY
Array.prototype.join.call({ length: 2 ** 32 });
