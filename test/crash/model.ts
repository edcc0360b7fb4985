import type { Row } from "./api.ts";

/**
 * What a client knows of one request that was to push `token` to its session's `log`.
 *
 * `applied`: answered, and the heap has it. `undone`: answered, and the heap has it not.
 * `refused`: the daemon said that it does not run it. `unknown`: no answer came.
 */
export interface Attempt {
  readonly token: string;
  /** Requests of one step may run in any order. */
  readonly step: number;
  fate: "applied" | "undone" | "refused" | "unknown";
  /** What was answered; without `events` where the answer had none. */
  answer?: Omit<Row, "events"> & Partial<Pick<Row, "events">>;
  /** Accepted before it ran: its row must be there whatever became of it. */
  acceptedId?: string;
}

/** Executions that are of no use to a client, and leave the heap alone. */
const CUT_OFF = new Set([
  "DAEMON_STOPPED",
  "WORKER_CRASHED",
  "CANCELLED",
  "TIMEOUT",
  "SHUTTING_DOWN",
  "OUTPUT_LIMIT_EXCEEDED",
  "STORE_FULL",
  "INTERNAL",
]);

/** @returns What the session's heap says against the client's history. */
export function checkLog(attempts: readonly Attempt[], log: readonly string[]): string[] {
  const wrong: string[] = [];
  const known = new Map(attempts.map((attempt) => [attempt.token, attempt]));
  const seen = new Set<string>();
  let step = -1;
  for (const token of log) {
    const attempt = known.get(token);
    if (!attempt) wrong.push(`the heap has ${token}, which nobody sent`);
    else if (attempt.step < step) wrong.push(`the heap has ${token} out of order`);
    if (seen.has(token)) wrong.push(`the heap has ${token} twice`);
    seen.add(token);
    step = attempt?.step ?? step;
  }
  for (const { token, fate } of attempts) {
    if (fate === "applied" && !seen.has(token)) wrong.push(`${token} was answered and is lost`);
    if ((fate === "undone" || fate === "refused") && seen.has(token)) {
      wrong.push(`${token} was ${fate} and is in the heap`);
    }
  }
  return wrong;
}

/** @returns What the store's rows say against the client's history and the heap. */
export function checkRows(attempt: Attempt, rows: readonly Row[], inHeap: boolean): string[] {
  const { token, fate, answer, acceptedId } = attempt;
  const wrong: string[] = [];
  const say = (what: string) => wrong.push(`${token} (${fate}): ${what}`);
  for (const row of rows) for (const what of checkWhole(row)) say(`${row.id} ${what}`);
  const effective = rows.filter((row) => !isCutOff(row));
  if (effective.length > 1) say(`ran ${effective.length} times`);
  if (inHeap && effective.length === 0) say("is in the heap, and no execution did it");
  if (!inHeap && effective.length > 0) say(`${effective[0]!.id} ended well, and the heap lacks it`);
  // What was seen running before it turned out not to fit stays, as an error: of its own, or of the
  // next start where a kill came before there was room to write it.
  if (fate === "refused" && rows.some((r) => r.error?.code !== "STORE_FULL" && !isCutOff(r))) {
    say("left a row");
  }
  if (acceptedId !== undefined && !rows.some(({ id }) => id === acceptedId)) {
    say("was accepted and has no row");
  }
  if (answer === undefined) return wrong;
  const row = rows.find(({ id }) => id === answer.id);
  if (!row) return [...wrong, `${token} (${fate}): was answered as ${answer.id} and has no row`];
  const { events, ...fields } = answer;
  const { events: storedEvents, ...storedFields } = row;
  if (!Bun.deepEquals(fields, storedFields)) {
    say(`answer and row differ: ${JSON.stringify(fields)} ${JSON.stringify(storedFields)}`);
  }
  if (events && !Bun.deepEquals(events, storedEvents)) {
    say(`events differ: ${JSON.stringify(events)} ${JSON.stringify(storedEvents)}`);
  }
  return wrong;
}

const isCutOff = ({ error }: Row) => CUT_OFF.has(error?.code ?? "");

/** An execution that has ended is whole: no gap in its events, and the last one is its end. */
function checkWhole(row: Row): string[] {
  const { status, kind, result, error, events } = row;
  if (status === "running") return ["is still running"];
  const wrong: string[] = [];
  if (events.some(({ seq }, index) => seq !== index + 1)) wrong.push("has a gap in its events");
  if (kind === "repl" && events[0]?.type !== "input_echo")
    wrong.push("does not begin with its input");
  const last = events.at(-1);
  if (status === "ok" && (last?.type !== "value" || !Bun.deepEquals(last.payload, result))) {
    wrong.push(`does not end with its value: ${JSON.stringify(row)}`);
  }
  const failed = status === "error" || status === "timeout";
  if (failed && (last?.type !== "exception" || !Bun.deepEquals(last.payload, error))) {
    wrong.push(`does not end with its exception: ${JSON.stringify(row)}`);
  }
  return wrong;
}
