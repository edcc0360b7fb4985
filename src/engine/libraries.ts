import type { LibrarySource } from "../core/ports/library-cache.ts";
import { EVAL_GLOBAL, type Guest, type ValuePtr } from "./guest.ts";
import { StartFailure } from "./start-failure.ts";

/**
 * Puts the values of `global` capabilities and then libraries on the global object of a fresh runtime.
 * A library is a browser script: it finds neither `module` nor `define`, so it defines its global.
 *
 * @throws GuestThrow
 */
export function defineGlobals(guest: Guest, globals: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(globals)) {
    const json = JSON.stringify(JSON.stringify(value ?? null));
    run(guest, `globalThis[${JSON.stringify(name)}] = JSON.parse(${json});`, "globals");
  }
}

/** @throws GuestThrow, StartFailure */
export function loadLibrary(guest: Guest, { name, global, source }: LibrarySource): void {
  run(guest, source, `${name}.js`);
  // A file that no catalog knows may define what it likes.
  if (global !== "") assertDefined(guest, name, global);
}

/** @throws StartFailure */
function assertDefined(guest: Guest, name: string, global: string): void {
  const found = guest.evaluate(
    `typeof globalThis[${JSON.stringify(global)}] !== "undefined"`,
    "globals",
    EVAL_GLOBAL,
  );
  const isThere = guest.isTrue(found);
  guest.free(found);
  if (!isThere) {
    throw new StartFailure({ message: `Error: ${name} did not define the global ${global}` });
  }
}

function run(guest: Guest, source: string, fileName: string): void {
  const value: ValuePtr = guest.evaluate(source, fileName, EVAL_GLOBAL);
  guest.free(value);
}
