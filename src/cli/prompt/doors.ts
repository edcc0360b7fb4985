import type { Client } from "../../client/client.ts";
import type { LocalSession } from "../../daemon/local.ts";
import { failureHint } from "../run/failure-hint.ts";
import { UsageError } from "../usage-error.ts";
import type { SessionDoor } from "./session-door.ts";

/** @throws ApiError, UnreachableError; UsageError for a session that is not ready */
export async function daemonDoor(client: Client, sessionId: string): Promise<SessionDoor> {
  const session = await client.getSession(sessionId);
  if (session.status !== "ready") {
    throw new UsageError(
      `the session ${session.id} is ${session.status}`,
      "See `vm-system session list --status ready`.",
    );
  }
  return {
    title: `session ${session.id}`,
    begin: (input) => client.repl({ session_id: session.id, input, wait: false }),
    follow: (id, signal) => client.followEvents(id, { signal }),
    cancel: (id) => client.cancelExecution(id),
    complete: async (text) => (await client.complete(session.id, text)).completions,
    close: async () => {},
  };
}

/** @param isFromFile  A session file says what the session may do. */
export function localDoor(session: LocalSession, isFromFile: boolean): SessionDoor {
  const { executions } = session;
  return {
    title: "a throw-away session",
    begin: (input) => executions.repl({ session_id: session.id, input, wait: false }),
    follow: (id, signal) => executions.follow(id, 0, signal),
    cancel: (id) => executions.cancel(id),
    complete: (text) => session.complete(text),
    reset: () => session.reset(),
    hint: (execution) => failureHint(execution, isFromFile),
    close: () => session.close(),
  };
}
