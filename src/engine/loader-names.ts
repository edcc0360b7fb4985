import { assertRoomFor } from "./host-memory.ts";
import type { OpenedFile } from "./loader-files.ts";
import { isTypeScript, prepareCommonJs } from "./source.ts";

/** Of each name on its way into the text of a module that exports it. */
const NAME_BYTES = 512;

/** Files that one module may take its exports from. */
const REEXPORTED_FILES_MAX = 256;

/**
 * The names that a CommonJS file exports, as Node finds them: by reading, without running it. What it
 * passes on from other files (`module.exports = require('./x')`) is followed.
 *
 * @param open The CommonJS file that a specifier means; undefined or a throw: none.
 */
export function namesOfCommonJs(
  path: string,
  text: string,
  open: (specifier: string, from: string) => OpenedFile | undefined,
): readonly string[] {
  const names = new Set<string>();
  const files = new Map<string, OpenedFile>([[path, { path, text }]]);
  for (const file of files.values()) {
    const { exports, reexports } = read(file);
    assertRoomFor((names.size + exports.length) * NAME_BYTES);
    for (const name of exports) names.add(name);
    for (const specifier of reexports) {
      if (files.size >= REEXPORTED_FILES_MAX) break;
      const next = attempt(() => open(specifier, file.path));
      if (next && !files.has(next.path)) files.set(next.path, next);
    }
  }
  return [...names];
}

/** Loaded when first needed. */
const lexer = () => require("cjs-module-lexer") as typeof import("cjs-module-lexer");

function read({ path, text }: OpenedFile): { exports: string[]; reexports: string[] } {
  const readable = () => (isTypeScript(path) ? prepareCommonJs(text, path).code : text);
  return attempt(() => lexer().parse(readable())) ?? { exports: [], reexports: [] };
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
