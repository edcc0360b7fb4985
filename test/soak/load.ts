import { HttpConnection, post } from "../../scripts/benchmark/http-connection.ts";

/** What people type: values, state, output, a heap that changes, waiting, errors, types. Short ones first. */
export const SNIPPETS = [
  "1 + 1",
  "globalThis.count = (globalThis.count ?? 0) + 1",
  "throw new Error('as it happens')",
  "console.log('said', { a: [1, 2, 3] }); new Map([['k', 1]])",
  "var list = Array.from({ length: 200 }, (_, i) => ({ i, text: 'x'.repeat(i) })); list.length",
  "await new Promise((resolve) => setTimeout(resolve, 1)); 'later'",
  "const total: number = [1, 2, 3].reduce((a, b) => a + b); total",
];

/** Executions that the clients have asked for, and how many were answered. */
export class Load {
  answered = 0;
  private sent = 0;

  constructor(
    private readonly url: string,
    private readonly sessions: readonly string[],
    private readonly clients: number,
    private readonly snippets: readonly string[],
  ) {}

  /** Goes on until `total` have been answered. @throws Error with an answer that is none */
  async until(total: number): Promise<void> {
    await Promise.all(
      Array.from({ length: this.clients }, (_, client) => this.work(client, total)),
    );
  }

  /** Each client has a connection, and sessions of its own, so that none is ever busy. */
  private async work(client: number, total: number): Promise<void> {
    const own = this.sessions.filter((_, index) => index % this.clients === client);
    const requests = this.snippets.map((input) =>
      own.map((session_id) => post("/api/v1/executions/repl", { session_id, input })),
    );
    const connection = await HttpConnection.open(this.url);
    for (let turn = 0; this.sent < total; turn++) {
      this.sent++;
      // The snippet changes with each round over the sessions as well: every session sees all.
      const round = Math.floor(turn / own.length);
      const request = requests[(turn + round) % requests.length]![turn % own.length]!;
      const { status, body } = await connection.send(request);
      if (status !== 201) throw new Error(`${status} ${body.toString()}`);
      this.answered++;
    }
    connection.close();
  }
}
