// Typed arrays beyond any limit.
// expect: status=error
// message: /RangeError|memory|heap is full/
new Float64Array(2 ** 40);
