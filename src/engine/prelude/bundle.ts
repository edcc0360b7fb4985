import { buildPrelude } from "./build.ts" with { type: "macro" };

export { PRELUDE_FILE } from "./file-name.ts";

/**
 * The prelude as one classic script; its completion value is `boot` of interface.ts. The same bytes
 * whether this program runs from source or was compiled: they decide the base image.
 */
export const PRELUDE_SOURCE: string = buildPrelude();
