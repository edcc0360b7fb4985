import { parseFields } from "./payload.ts";
import { NO_SCRIPTS, type ScriptState } from "./scripts.ts";

/**
 * What the host must know of a session besides its memory, kept with the image and outside of the
 * guest's reach.
 */
export interface HostState {
  /** The session that the random numbers were last seeded for; "": none. */
  readonly seededFor: string;
  /** By module: what it gave for its next instance. */
  readonly modules: Readonly<Record<string, string>>;
  readonly scripts: ScriptState;
  /** Which files the session has loaded, as the loader keeps it. */
  readonly loader?: string;
}

export const EMPTY_STATE: HostState = { seededFor: "", modules: {}, scripts: NO_SCRIPTS };

export function writeState(state: HostState): string {
  return JSON.stringify(state);
}

/** Cheap where little has changed: a module's text may be large. */
export function isSameState(one: HostState, other: HostState): boolean {
  const names = Object.keys(one.modules);
  return (
    one.seededFor === other.seededFor &&
    one.loader === other.loader &&
    names.length === Object.keys(other.modules).length &&
    names.every((name) => one.modules[name] === other.modules[name]) &&
    JSON.stringify(one.scripts) === JSON.stringify(other.scripts)
  );
}

/** An imported image may say anything: what is not understood is as if it were not there. */
export function readState(text: string): HostState {
  const fields = parseFields(text) ?? {};
  const modules = Object.entries(fields.modules ?? {}).filter(
    ([, state]) => typeof state === "string",
  );
  return {
    seededFor: typeof fields.seededFor === "string" ? fields.seededFor : "",
    modules: Object.fromEntries(modules) as HostState["modules"],
    scripts: readScripts(fields.scripts),
    ...(typeof fields.loader === "string" ? { loader: fields.loader } : {}),
  };
}

function readScripts(raw: unknown): ScriptState {
  if (typeof raw !== "object" || raw === null) return NO_SCRIPTS;
  const { snippets, constants, shifts } = raw as Record<string, unknown>;
  const known = Object.entries(shifts ?? {}).filter(([, numbers]) => isListOf(numbers, "number"));
  return {
    snippets: typeof snippets === "number" && Number.isSafeInteger(snippets) ? snippets : 0,
    constants: isListOf(constants, "string") ? (constants as string[]) : [],
    shifts: Object.fromEntries(known) as ScriptState["shifts"],
  };
}

const isListOf = (raw: unknown, type: "number" | "string"): boolean =>
  Array.isArray(raw) && raw.every((item) => typeof item === type);
