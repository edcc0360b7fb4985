import type { ExecutionBody } from "../harness/binary.ts";
import type { ExpectedState, HostileProgram } from "./program.ts";

/** What a program came to, whichever way the API told it. */
export interface Ended {
  readonly http: number;
  readonly code: string | undefined;
  readonly limit: string | undefined;
  /** Absent where there is none: a session that could not be made. */
  readonly execution: ExecutionBody | undefined;
}

/** What is wrong with it. */
export function judge(program: HostileProgram, ended: Ended): string[] {
  const { execution, http, code, limit } = ended;
  const said: Readonly<Record<string, string | undefined>> = {
    http: String(http),
    status: execution?.status,
    code,
    limit,
  };
  const faults: string[] = [];
  for (const [key, allowed] of Object.entries({ http: ["201"], ...program.expect })) {
    // A code or a limit is asked for where the program may also end well.
    if ((key === "code" || key === "limit") && said[key] === undefined && said.status === "ok") {
      continue;
    }
    if (!allowed.includes(said[key] ?? "none")) {
      faults.push(`${key} is ${said[key]}, not ${allowed.join(" or ")}`);
    }
  }
  if (faults.length > 0) faults.push(JSON.stringify(execution?.error ?? execution?.result ?? code));
  const { preview, message, console } = program;
  if (preview !== undefined && !matches(preview, execution?.result?.preview)) {
    faults.push(`the preview is ${JSON.stringify(execution?.result?.preview)}, not ${preview}`);
  }
  if (message !== undefined && !matches(message, execution?.error?.message)) {
    faults.push(`the message is ${JSON.stringify(execution?.error?.message)}, not ${message}`);
  }
  const lines = execution?.events.filter(({ type }) => type === "console") ?? [];
  if (console !== undefined && !lines.some(({ payload }) => matches(console, payload.text))) {
    faults.push(`no console line is ${console}: ${JSON.stringify(lines).slice(0, 500)}`);
  }
  return [...faults, ...judgeEvents(execution)];
}

/** 1, 2, 3 …; the last one says how it ended. */
function judgeEvents(execution: ExecutionBody | undefined): string[] {
  if (execution === undefined) return [];
  const { events, status } = execution;
  const faults: string[] = [];
  if (events.some(({ seq }, index) => seq !== index + 1)) faults.push("the events have gaps");
  const last = events.at(-1)?.type;
  if (last !== (status === "ok" ? "value" : "exception")) {
    faults.push(`the last event of ${status} is ${last}`);
  }
  return faults;
}

/** Whether the session must have what the program left, by the contract's table. */
export function stateAfter(program: HostileProgram, { execution, code }: Ended): ExpectedState {
  if (program.state !== undefined) return program.state;
  const told = isRollBackTold(execution);
  if (!program.marks) return told ? "before" : "any";
  if (execution?.status === "timeout") return "before";
  if (execution?.status === "error" && code === "OUT_OF_MEMORY") return told ? "before" : "kept";
  if (code === "OUTPUT_LIMIT_EXCEEDED" || code === "WORKER_CRASHED") return "before";
  return "kept";
}

/** Whether a reader of the events was told of a roll-back, where there was one and only there. */
export function judgeNotice(state: ExpectedState, { execution }: Ended): string[] {
  if (state === "any") return [];
  const told = isRollBackTold(execution);
  if (told === (state === "before")) return [];
  return [told ? "a roll-back is told, and there was none" : "a roll-back is not told"];
}

/** Other notices, as of a result that was cut, say nothing of the state. */
function isRollBackTold(execution: ExecutionBody | undefined): boolean {
  const notices = execution?.events.filter(({ type }) => type === "system") ?? [];
  return notices.some(({ payload }) =>
    String(payload.message).includes("as it was before this execution"),
  );
}

export function matches(expected: string, text: unknown): boolean {
  if (typeof text !== "string") return false;
  const pattern = /^\/(.*)\/$/s.exec(expected)?.[1];
  return pattern === undefined ? text === expected : new RegExp(pattern).test(text);
}
