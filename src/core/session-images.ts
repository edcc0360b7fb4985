import { VmError } from "./errors.ts";
import { newId } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import type { CheckpointData, ImageChain } from "./ports/checkpoint-store.ts";
import type { JobOutcome, Runner } from "./ports/runner.ts";
import type { SessionGrants } from "./session.ts";
import type { Limits } from "./settings.ts";

/** A state outside of a store. */
export interface LooseImage {
  readonly engine: string;
  /** Digest of the base image that `delta` is relative to. */
  readonly base: string;
  readonly delta: Uint8Array;
  /** The base image itself, where this program may not have it. */
  readonly baseBytes?: Uint8Array;
}

/**
 * States on their way into a file and out of it. Both are done by a worker that takes the state up
 * and writes it out again, as one delta against its base, without running any of it: so a file holds
 * nothing of what a guest had overwritten, and what comes out of a file has been read by the reader
 * that counts, with its bounds, in a process that has nothing to lose.
 */
export class SessionImages {
  constructor(private readonly runner: Runner) {}

  /** @throws VmError IMAGE_INVALID, IMAGE_UNSUPPORTED, QUEUE_FULL, SHUTTING_DOWN, INTERNAL */
  async fold(
    sessionId: string,
    checkpointId: string,
    grants: SessionGrants,
    loadImage: () => Promise<ImageChain>,
  ): Promise<CheckpointData> {
    return this.run(sessionId, checkpointId, grants, { loadImage });
  }

  /**
   * @param checkpointId  What the state will be known by: the worker keeps it under that.
   * @throws VmError IMAGE_INVALID, IMAGE_UNSUPPORTED, QUEUE_FULL, SHUTTING_DOWN
   */
  async adopt(
    sessionId: string,
    checkpointId: string,
    grants: SessionGrants,
    { engine, base, delta, baseBytes }: LooseImage,
  ): Promise<CheckpointData> {
    return this.run(sessionId, checkpointId, grants, {
      loadImage: async () => ({ engine, base, links: [{ id: checkpointId, delta }] }),
      ...(baseBytes === undefined
        ? {}
        : { loadBase: async (digest: string) => (digest === base ? baseBytes : undefined) }),
    });
  }

  private async run(
    sessionId: string,
    checkpointId: string,
    grants: SessionGrants,
    source: {
      loadImage(): Promise<ImageChain>;
      loadBase?(digest: string): Promise<Uint8Array | undefined>;
    },
  ): Promise<CheckpointData> {
    const { outcome } = this.runner.run(
      {
        id: newId(),
        sessionId,
        // Nothing runs, so no module, and a worker that may touch nothing.
        grants: {
          ...grants,
          modules: [],
          settings: { ...grants.settings, limits: folding(grants.settings.limits) },
        },
        worktreePath: "/",
        headCheckpointId: checkpointId,
        nextCheckpointId: checkpointId,
        wantFull: true,
        ...source,
        action: { kind: "fold" },
      },
      () => {},
    );
    return checkpointOf(await outcome);
  }
}

const folding = (limits: Limits): Limits => ({
  ...limits,
  cpu_ms: LIMITS.foldMs,
  wall_ms: LIMITS.foldMs,
});

function checkpointOf({ status, error, checkpoint }: JobOutcome): CheckpointData {
  if (status === "ok" && checkpoint) return checkpoint;
  const { code, message } = error ?? {};
  if (code === "IMAGE_INVALID" || code === "IMAGE_UNSUPPORTED")
    throw new VmError(code, message === undefined ? {} : { message });
  throw new VmError("IMAGE_INVALID", {
    message: `The session's image cannot be taken up: ${message ?? status}`,
  });
}
