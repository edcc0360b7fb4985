import { AsyncLocalStorage } from "node:async_hooks";
import { LIMITS } from "../core/limits.ts";

const ACCEPTED = new RegExp(`^[A-Za-z0-9._-]{1,${LIMITS.requestIdCharsMax}}$`);

const current = new AsyncLocalStorage<string>();

/** The client's own id where it sent a decent one, else a new one. */
export function requestIdOf(request: Request): string {
  const sent = request.headers.get("x-request-id");
  return sent !== null && ACCEPTED.test(sent) ? sent : Bun.randomUUIDv7();
}

/** Everything that `work` starts can ask which request it belongs to. */
export const withRequestId = <T>(id: string, work: () => T): T => current.run(id, work);

/** For loggers: the request that this line is written for, if it is for one. */
export const currentRequestId = (): string | undefined => current.getStore();
