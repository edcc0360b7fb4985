import type { ExecutionBody } from "../harness/binary.ts";

/** An execution as the API gives it. */
export interface Row extends ExecutionBody {
  readonly kind: string;
  readonly input?: string;
  readonly args: { readonly token?: string };
}

/** An answer; undefined: the connection broke, and nobody knows. */
export interface Answer<T> {
  readonly status: number;
  readonly body: T & { readonly error?: { readonly code?: string; readonly message?: string } };
}

/** Nothing is sent twice behind the client's back: each request has its own connection. */
export class Api {
  constructor(readonly url: string) {}

  async call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T> | undefined> {
    try {
      const response = await fetch(`${this.url}/api/v1${path}`, {
        method,
        keepalive: false,
        headers: {
          connection: "close",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Answer<T>["body"] };
    } catch {
      return undefined;
    }
  }

  /** @throws Error when there is no answer, or another status */
  async must<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    status = method === "POST" ? 201 : 200,
  ): Promise<T> {
    const answer = await this.call<T>(method, path, body);
    if (answer?.status === status) return answer.body;
    throw new Error(`${method} ${path}: ${answer ? JSON.stringify(answer) : "no answer"}`);
  }

  /** Rows of a session with their events, newest first. */
  async history(sessionId: string, isWanted: (row: Row) => boolean): Promise<Row[]> {
    const rows = await this.must<Row[]>("GET", `/executions?session_id=${sessionId}&limit=1000`);
    return Promise.all(
      rows.filter(isWanted).map(async (row) => ({
        ...row,
        events: await this.must<Row["events"]>("GET", `/executions/${row.id}/events`),
      })),
    );
  }
}
