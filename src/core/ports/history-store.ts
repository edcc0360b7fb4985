import type { ExecutionStatus } from "../execution.ts";
import type { CheckpointInfo, SessionNode } from "../history.ts";
import type { NewSession } from "./session-store.ts";

/** The state of its session after an execution. */
export interface ExecutionState {
  readonly executionId: string;
  readonly sessionId: string;
  readonly status: ExecutionStatus;
  readonly dryRun: boolean;
  /** Absent: the base image. */
  readonly checkpointId?: string;
  /** Whether that checkpoint is still there. */
  readonly isKept: boolean;
}

/** Where a session is to stand. */
export interface SessionPoint {
  /** Absent: before any execution. */
  readonly executionId?: string;
  /** Absent: the base image. */
  readonly checkpointId?: string;
}

/** Sessions as data: what is done with their states besides running code. */
export interface HistoryStore {
  /** Newest first. */
  checkpoints(sessionId: string, limit: number): Promise<CheckpointInfo[]>;
  /** Null takes the label away. Undefined: the session has no such checkpoint. */
  label(
    sessionId: string,
    checkpointId: string,
    label: string | null,
  ): Promise<CheckpointInfo | undefined>;
  /** The session's checkpoint of this id, or those that have this label; newest first. */
  checkpointsNamed(sessionId: string, name: string): Promise<CheckpointInfo[]>;
  stateAfter(executionId: string): Promise<ExecutionState | undefined>;
  /**
   * Goes back from an execution until this many of the session's that left a state are passed.
   *
   * @returns The last execution that stays (`executionId` absent: none does), and how many were passed.
   */
  stepBack(
    sessionId: string,
    executionId: string | undefined,
    steps: number,
  ): Promise<{ executionId?: string; passed: number }>;
  /** All of them or none. @throws VmError CHECKPOINT_GONE when their state is no longer there */
  fork(sessions: readonly NewSession[]): Promise<void>;
  /**
   * Moves the session. Its executions that do not lead there are undone from now on, those that do
   * are not any more. @throws VmError CHECKPOINT_GONE
   */
  rewind(sessionId: string, to: SessionPoint, now: string): Promise<void>;
  /** The sessions that have the same root, in the order of their creation; empty: no such session. */
  family(sessionId: string): Promise<SessionNode[]>;
  /** Keeps retention away from a state while it is used. Undefined: it is not there. */
  pin(checkpointId: string): Disposable | undefined;
}
