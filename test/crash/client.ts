import type { Answer, Api, Row } from "./api.ts";
import type { Attempt } from "./model.ts";
import type { Random } from "./random.ts";
import { Reader } from "./stream.ts";

/** What every session starts with; the template's startup file and the first snippet of others. */
export const BEGIN = "var log = []; var blob = []; var sum = 0;";

/** `run-file` runs it; it is in the worktree. */
export const FILE = "push.js";
export const FILE_SOURCE = "log.push(__ARGS__.token); console.log(__ARGS__.token); log.length";

/** Some bytes of each page. */
function sumOf(parts: string): string {
  return `${parts}.reduce((all, part) => {
    for (let at = 0; at < part.length; at += 997) all += part[at];
    return all;
  }, 0)`;
}

/** Half a megabyte that does not compress, so that the delta goes in chunks; and its sum. */
const BIG = `blob = Array.from({ length: 8 }, () => crypto.getRandomValues(new Uint8Array(65536)));
  sum = ${sumOf("blob")};`;

/** What the heap holds, and whether its large part is what it was. */
export const LOOK = `JSON.stringify({ log, whole: sum === ${sumOf("blob")} })`;

const STEPS = {
  repl: 8,
  throws: 2,
  big: 2,
  file: 2,
  timeout: 1,
  detached: 2,
  cancelled: 1,
  keyed: 3,
  twins: 2,
  flood: 1,
} as const;
export type Step = keyof typeof STEPS;
export const STEP_NAMES = Object.keys(STEPS) as Step[];

/** Codes that say: it did not run. */
const REFUSALS = new Set([
  "SESSION_BUSY",
  "SESSION_NOT_READY",
  "SESSION_NOT_FOUND",
  "QUEUE_FULL",
  "SHUTTING_DOWN",
  "STORE_FULL",
]);

/** One client with one session, and all it knows of what it asked for. */
export class Client {
  readonly attempts: Attempt[] = [];
  readonly readers: Reader[] = [];
  /** What no daemon may do. */
  readonly wrong: string[] = [];
  /** Requests with a key whose answer did not come: to be sent again. */
  readonly unanswered: { readonly key: string; readonly attempt: Attempt }[] = [];
  /** Nobody answers any more. */
  gone = false;
  private steps = 0;

  constructor(
    readonly sessionId: string,
    private readonly name: string,
    private readonly random: Random,
    /** The daemon's, which changes with a restart. */
    private readonly api: () => Api,
    /** A failure of the daemon itself (500) is expected by the test. */
    private readonly mayFail = false,
  ) {}

  /** One that knows what this one knows, for another try from here. */
  clone(): Client {
    const { sessionId, name, random, api, mayFail } = this;
    const clone = new Client(sessionId, name, random, api, mayFail);
    clone.attempts.push(...structuredClone(this.attempts));
    clone.steps = this.steps;
    return clone;
  }

  async work(): Promise<void> {
    while (!this.gone) await this.step(this.random.weighted(STEPS));
  }

  async step(step: Step): Promise<void> {
    this.steps++;
    switch (step) {
      case "repl":
        return this.run(this.attempt(), (token) => `${push(token)} log.length`);
      case "throws":
        return this.run(this.attempt(), (token) => `${push(token)} throw new Error("${token}")`);
      case "big":
        return this.run(this.attempt(), (token) => `${push(token)} ${BIG} log.length`);
      case "timeout":
        return this.run(this.attempt(), (token) => `${push(token)} for (;;) {}`);
      case "flood":
        return this.run(
          this.attempt(),
          (token) => `${push(token)} for (;;) console.log("${token}")`,
        );
      case "file":
        return this.runFile(this.attempt());
      case "detached":
        await this.detached(this.attempt(), SLOWLY);
        return;
      case "cancelled":
        return this.cancelled(this.attempt());
      case "keyed":
        return this.keyed(this.attempt());
      case "twins": {
        const [one, other] = [this.attempt("a"), this.attempt("b")];
        const input = (token: string) => `${push(token)} log.length`;
        await Promise.all([this.run(one, input), this.run(other, input)]);
      }
    }
  }

  /** Sends what was not answered again, with its key, twice at the same time: it must run once. */
  async retry(): Promise<void> {
    for (const { key, attempt } of this.unanswered.splice(0)) {
      const [first, second] = await Promise.all([
        this.sendKeyed(key, attempt.token),
        this.sendKeyed(key, attempt.token),
      ]);
      if (!first || !second) {
        this.gone = true;
        this.unanswered.push({ key, attempt });
        return;
      }
      if (first.body.id !== second.body.id) this.wrong.push(`${attempt.token}: two answers`);
      this.settle(attempt, first);
    }
  }

  private attempt(suffix = ""): Attempt {
    const token = `${this.name}.${this.steps}${suffix}`;
    const attempt: Attempt = { token, step: this.steps, fate: "unknown" };
    this.attempts.push(attempt);
    return attempt;
  }

  private async run(attempt: Attempt, input: (token: string) => string): Promise<void> {
    const body = { session_id: this.sessionId, input: input(attempt.token) };
    this.settle(attempt, await this.api().call<Row>("POST", "/executions/repl", body));
  }

  private async runFile(attempt: Attempt): Promise<void> {
    const body = { session_id: this.sessionId, path: FILE, args: { token: attempt.token } };
    this.settle(attempt, await this.api().call<Row>("POST", "/executions/run-file", body));
  }

  private async keyed(attempt: Attempt): Promise<void> {
    const key = `key-${attempt.token}`;
    const answer = await this.sendKeyed(key, attempt.token);
    this.settle(attempt, answer);
    if (!answer) this.unanswered.push({ key, attempt });
    else if (this.random.chance(0.5)) await this.repeat(key, attempt, answer);
  }

  /** The same key and body again: the same answer. */
  private async repeat(key: string, { token }: Attempt, first: Answer<Row>): Promise<void> {
    if (first.status !== 201) return;
    const again = await this.sendKeyed(key, token);
    if (!again) this.gone = true;
    else if (again.status !== 503 && !Bun.deepEquals(first.body, again.body)) {
      this.wrong.push(
        `${token}: first ${JSON.stringify(first.body)}, then ${JSON.stringify(again.body)}`,
      );
    }
  }

  private sendKeyed(key: string, token: string): Promise<Answer<Row> | undefined> {
    const body = { session_id: this.sessionId, input: `${push(token)} log.length` };
    return this.api().call<Row>("POST", "/executions/repl", body, { "idempotency-key": key });
  }

  private async detached(
    attempt: Attempt,
    input: (token: string) => string,
  ): Promise<string | undefined> {
    const body = { session_id: this.sessionId, input: input(attempt.token), wait: false };
    const accepted = await this.api().call<Row>("POST", "/executions/repl", body);
    if (accepted?.status !== 202) {
      this.settle(attempt, accepted);
      return undefined;
    }
    const { id } = accepted.body;
    attempt.acceptedId = id;
    const reader = new Reader(id, () => this.api().url);
    this.readers.push(reader);
    if (input !== SLOWLY) return id;
    const [ended] = await Promise.all([
      this.api().call<Row>("GET", `/executions/${id}?wait_ms=20000`),
      reader.read(this.random.chance(0.5) ? 1 + this.random.below(3) : Infinity),
    ]);
    this.settle(attempt, ended);
    return undefined;
  }

  private async cancelled(attempt: Attempt): Promise<void> {
    const id = await this.detached(attempt, (token) => `${push(token)} for (;;) {}`);
    if (id === undefined) return;
    const answer = await this.api().call<Row>("POST", `/executions/${id}/cancel`);
    if (answer && answer.body.error?.code === "EXECUTION_NOT_RUNNING") {
      this.settle(attempt, await this.api().call<Row>("GET", `/executions/${id}`));
    } else this.settle(attempt, answer);
  }

  private settle(attempt: Attempt, answer: Answer<Row> | undefined): void {
    if (!answer) {
      this.gone = true;
      return;
    }
    const { status, body } = answer;
    const code = body.error?.code ?? "";
    if (status < 300) {
      attempt.answer = body;
      const kept = body.status === "ok" || (body.status === "error" && code === "");
      attempt.fate = kept ? "applied" : "undone";
    } else if (REFUSALS.has(code)) {
      attempt.fate = "refused";
      // A daemon that is being stopped refuses for as long as it is there.
      if (code === "SHUTTING_DOWN") this.gone = true;
    } else if (code === "OUTPUT_LIMIT_EXCEEDED") attempt.fate = "undone";
    else if (!(status === 500 && this.mayFail)) {
      this.wrong.push(`${attempt.token}: ${status} ${JSON.stringify(body)}`);
    }
  }
}

const push = (token: string) => `log.push("${token}"); console.log("${token}");`;

const SLOWLY = (token: string) => `${push(token)}
  for (let turn = 0; turn < 4; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 4));
    console.log(turn);
  }
  log.length`;
