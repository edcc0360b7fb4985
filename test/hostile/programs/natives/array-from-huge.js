// Array.from of a length alone.
// expect: status=timeout|error code=TIMEOUT|OUT_OF_MEMORY
Array.from({ length: 2 ** 32 - 1 });
