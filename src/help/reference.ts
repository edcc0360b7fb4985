import { ERRORS, type ErrorKind } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { DEFAULT_SETTINGS, Limits, Resolver, Runtime } from "../core/settings.ts";
import { markdownTable } from "./markdown-table.ts";
import type { Tables } from "./topics.ts";

/** Tables of the help topics that are made from the core's own tables. */
export function coreTables(): Tables {
  return {
    errors: errorTable(),
    settings: settingsTable(),
    limits: limitsTable(),
  };
}

/** For readers alone; what the daemon answers is http/errors.ts's, and a test compares the two. */
export const STATUS_SHOWN: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  forbidden: 403,
  not_found: 404,
  method: 405,
  conflict: 409,
  too_large: 413,
  media_type: 415,
  unprocessable: 422,
  internal: 500,
  unavailable: 503,
  full: 507,
};

function errorTable(): string {
  const rows = Object.entries(ERRORS).map(([code, { kind, message, hint }]) => [
    `\`${code}\``,
    `${STATUS_SHOWN[kind]}`,
    message,
    hint,
  ]);
  return markdownTable(["Code", "Status", "Message", "What to do"], rows);
}

function settingsTable(): string {
  const groups = { limits: Limits, resolver: Resolver, runtime: Runtime };
  const rows = Object.entries(groups).flatMap(([group, schema]) =>
    Object.entries(schema.properties).map(([name, { description, minimum, maximum }]) => [
      `\`${group}.${name}\``,
      `\`${JSON.stringify(valueAt(group, name))}\``,
      minimum === undefined ? "" : `${minimum} … ${maximum}`,
      `${description}`,
    ]),
  );
  return markdownTable(["Setting", "Default", "Bounds", "Meaning"], rows);
}

function valueAt(group: string, name: string): unknown {
  const defaults: Record<string, Record<string, unknown>> = { ...DEFAULT_SETTINGS };
  return defaults[group]?.[name];
}

/** What a user can run into, in a user's words; the rest of LIMITS is of no use to them. */
const LIMITS_SHOWN: readonly (readonly [string, number, "bytes" | "ms" | "count"])[] = [
  ["Request body (`serve --max-body-mb` changes it)", LIMITS.bodyBytesMax, "bytes"],
  ["Source text of a snippet or file", LIMITS.sourceBytesMax, "bytes"],
  ["A file brought in by `require`, `import` or `fs`", LIMITS.fileBytesMax, "bytes"],
  ["A path", LIMITS.pathBytesMax, "bytes"],
  ["Characters of a name", LIMITS.nameCharsMax, "count"],
  ["Characters of an idempotency key", LIMITS.idempotencyKeyCharsMax, "count"],
  ["How long an idempotent answer is kept", LIMITS.idempotencyKeepMs, "ms"],
  ["Executions or events in one answer", LIMITS.pageRowsMax, "count"],
  ["`wait_ms` of one long poll", LIMITS.waitMsMax, "ms"],
  ["Heartbeat of an event stream", LIMITS.heartbeatMs, "ms"],
  ["Executions that wait for a worker", LIMITS.queueDepth, "count"],
  ["Forks made by one call", LIMITS.forkCountMax, "count"],
  ["Globals that a comparison of two states looks at", LIMITS.diffGlobalsMax, "count"],
  ["How long the states of a closed session are kept", LIMITS.closedKeepMs, "ms"],
  ["Grace of running executions when the daemon stops", LIMITS.drainMs, "ms"],
];

function limitsTable(): string {
  return markdownTable(
    ["What", "Limit"],
    LIMITS_SHOWN.map(([what, value, unit]) => [what, quantity(value, unit)]),
  );
}

function quantity(value: number, unit: "bytes" | "ms" | "count"): string {
  if (unit === "count") return `${value}`;
  if (unit === "ms") {
    return value >= 3_600_000 ? `${value / 3_600_000} h` : `${value / 1000} s`;
  }
  return value >= 1024 * 1024 ? `${value / 1024 / 1024} MiB` : `${value} bytes`;
}
