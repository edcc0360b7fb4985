// throw an object whose getters loop.
// expect: status=error
throw { get message() { for (;;); }, get name() { for (;;); }, get stack() { for (;;); }, get code() { for (;;); }, toString() { for (;;); } };
