import * as others from "./tour-module-other.mjs";

export const answer = 42;
export const where = import.meta.url;
export * as everything from "./tour-module-other.mjs";
export { others };
export default class {}
