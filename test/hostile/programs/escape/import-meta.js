// What a module knows about where it is.
// expect: status=ok
// as: where.mjs
export default JSON.stringify(Object.entries(import.meta));
