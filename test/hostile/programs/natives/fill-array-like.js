// fill makes properties until time or memory is gone.
// expect: status=timeout|error code=TIMEOUT|OUT_OF_MEMORY
Array.prototype.fill.call({ length: 2 ** 53 - 1 }, 0);
