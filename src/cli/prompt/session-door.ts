import type { Execution } from "../../core/execution.ts";
import type { FollowMessage } from "../run/watch-execution.ts";

/** What a prompt needs of a session, whoever runs it: a daemon or this process. */
export interface SessionDoor {
  /** One line for the greeting. */
  readonly title: string;
  /** Begins a snippet, and does not wait for its end. */
  begin(input: string): Promise<Execution>;
  /** Its events as they come, then the ended execution. */
  follow(executionId: string, signal: AbortSignal): AsyncIterable<FollowMessage>;
  cancel(executionId: string): Promise<unknown>;
  complete(text: string): Promise<readonly string[]>;
  /** Begins anew; absent: the session is not this prompt's to throw away. */
  reset?(): Promise<void>;
  /** What to do about an execution that failed, where the command line can do something. */
  hint?(execution: Execution): string | undefined;
  close(): Promise<void>;
}
