/** The ES module of acorn, which the TypeScript plugin extends: by `require` there would be two. */
export { Parser } from "acorn";
