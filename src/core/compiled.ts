/**
 * Whether this program was built into one file, or runs from source. Not by import.meta: what is
 * compiled to CommonJS has there the path of its source.
 */
export const IS_COMPILED: boolean = Bun.main.startsWith("/$bunfs/") || Bun.main.includes("~BUN");
