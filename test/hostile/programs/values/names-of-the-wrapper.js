// Names that the transformation might use itself.
// expect: status=ok|error
// state: any
let value = 1, result = 2, wrapped = 3, exports = 4, module = 5, $ = 6, _ = 7, __vm = 8, __value = 9;
await null;
value + result;
