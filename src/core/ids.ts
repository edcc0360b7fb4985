import { VmError } from "./errors.ts";

/** A new id: UUID v7, so that ids sort by the time they were made. */
export const newId = (): string => Bun.randomUUIDv7();

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const isId = (text: string): boolean => UUID.test(text);

/** Where ids are found, for who gave a name or cut one off. */
const LISTED_BY: Readonly<Record<string, string>> = {
  template: "vm-system template list",
  session: "vm-system session list",
  execution: "vm-system exec list SESSION",
  checkpoint: "vm-system session checkpoints SESSION",
};

/**
 * The id in the form the store knows.
 *
 * @param name  What it identifies, as the message says it: `template`, `session`, `execution` …
 * @throws VmError VALIDATION_ERROR `<name>_id must be a valid UUID`
 */
export function parseId(name: string, id: string): string {
  if (isId(id)) return id.toLowerCase();
  const message = `${name}_id must be a valid UUID`;
  const listedBy = LISTED_BY[name];
  throw new VmError("VALIDATION_ERROR", {
    message,
    ...(listedBy === undefined ? {} : { hint: `Give a whole ID; \`${listedBy}\` shows them.` }),
    details: { issues: [{ path: `/${name}_id`, message }] },
  });
}
