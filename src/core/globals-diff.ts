import type { GlobalValue, SessionDiff } from "./history.ts";
import type { JobEvent } from "./ports/runner.ts";
import { VALUE_TYPES } from "./value-types.ts";

/** A global of a state, as the snippet of globals-snippet.ts tells of it. */
interface SeenGlobal extends GlobalValue {
  readonly digest: string;
}

export type SeenGlobals = ReadonlyMap<string, SeenGlobal>;

const PREVIEW_CHARS_MAX = 500;
/** As snippets name those whose type they do not know; an image may say anything. */
const TYPES: ReadonlySet<string> = new Set(VALUE_TYPES);

/** What a run of the snippet printed; lines that are not of its form are the guest's, and ignored. */
export function readGlobals(events: readonly JobEvent[]): SeenGlobals {
  const globals = new Map<string, SeenGlobal>();
  for (const { type, payload } of events) {
    const text = (payload as { text?: unknown } | null)?.text;
    if (type !== "console" || typeof text !== "string") continue;
    const end = text.indexOf("\n");
    const [name, kind, digest] = fieldsOf(text.slice(0, Math.max(0, end)));
    if (name === undefined || kind === undefined || digest === undefined) continue;
    const preview = text.slice(end + 1);
    globals.set(name, {
      type: (TYPES.has(kind) ? kind : "object") as GlobalValue["type"],
      preview:
        preview.length > PREVIEW_CHARS_MAX ? `${preview.slice(0, PREVIEW_CHARS_MAX)}…` : preview,
      digest,
    });
  }
  return globals;
}

export function compareGlobals(
  from: SeenGlobals,
  to: SeenGlobals,
): Pick<SessionDiff, "added" | "removed" | "changed"> {
  const only = (left: SeenGlobals, right: SeenGlobals) =>
    [...left].flatMap(([name, value]) => (right.has(name) ? [] : [{ name, ...shown(value) }]));
  const changed = [...from].flatMap(([name, before]) => {
    const after = to.get(name);
    if (!after || (after.type === before.type && after.digest === before.digest)) return [];
    return [{ name, before: shown(before), after: shown(after) }];
  });
  return { added: only(to, from), removed: only(from, to), changed };
}

const shown = ({ type, preview }: SeenGlobal): GlobalValue => ({ type, preview });

function fieldsOf(line: string): string[] {
  try {
    const fields: unknown = JSON.parse(line);
    return Array.isArray(fields) && fields.every((field) => typeof field === "string")
      ? fields
      : [];
  } catch {
    return [];
  }
}
