import type { BaseImage } from "./base-image.ts";
import type { EngineJob, EngineOutside, EngineResult } from "./engine-job.ts";
import { type HostState, isSameState, writeState } from "./host-state.ts";
import type { NativeModuleFactory } from "./native-modules.ts";
import { Residents } from "./residents.ts";
import { runGuest } from "./run-guest.ts";
import { Scripts } from "./scripts.ts";
import type { Slot, SlotSystem } from "./slot.ts";

/**
 * Runs executions of any session, one at a time, in slots of this process: puts the session's image
 * in, runs, and takes the changed pages out again.
 */
export class EngineHost implements Disposable {
  private readonly residents: Residents;

  constructor(base: BaseImage, modules: NativeModuleFactory, system: SlotSystem = {}) {
    this.residents = new Residents(base, modules, system);
  }

  /** @throws VmError IMAGE_INVALID, IMAGE_UNSUPPORTED; the slot is empty then */
  async run(job: EngineJob, outside: EngineOutside): Promise<EngineResult> {
    const startMs = performance.now();
    const resident = await this.residents.takeUp(job, outside);
    const { slot, state: before } = resident;
    const takenUpMs = performance.now();
    if (job.action.kind === "fold") {
      // The slot steps back to before this capture, which is where it is.
      delete resident.previous;
      return fold(slot, before, outside, takenUpMs - startMs);
    }
    outside.guestBegins();
    const scripts = new Scripts(before.scripts);
    const { watch, outcome, loader } = await runGuest(resident, scripts, job, outside);
    outside.guestEnded(slot.memoryBytes);
    const { elapsedMs, cpuMs } = watch;
    const evaluatedMs = performance.now();
    let searchMs = 0;
    const isLook = job.action.kind === "complete";
    const kept = outcome.heap === "keep" && !isLook && job.discard !== true;
    const full = job.wantFull || job.headCheckpointId === undefined;
    if (kept) {
      resident.state = {
        seededFor: job.action.kind === "prepare" ? "" : job.sessionId,
        modules: resident.modules.takeStates(),
        scripts: scripts.current,
        loader: JSON.stringify(loader.state),
      };
      resident.previous = { checkpointId: resident.checkpointId, state: before };
      resident.checkpointId = job.nextCheckpointId;
      searchMs = keep(slot, before, resident.state, full, outside);
    } else if (outcome.heap === "keep" && isLook) {
      // It was only looked at: what its modules hold stays.
      if (!slot.rollBack()) this.residents.drop(slot);
    } else {
      this.residents.undo(slot, { trapped: outcome.heap === "trap" });
    }
    return {
      outcome,
      ...(kept ? { checkpoint: checkpointIn(slot, full) } : {}),
      durationMs: elapsedMs,
      cpuMs,
      heapBytes: slot.heapBytes,
      spans: {
        takeUpMs: takenUpMs - startMs,
        evaluateMs: evaluatedMs - takenUpMs,
        searchMs,
        writeMs: performance.now() - evaluatedMs - searchMs,
      },
    };
  }

  /** Has a slot of that size ready before a job needs it. */
  warm(memMb: number): Promise<void> {
    return this.residents.warm(memMb);
  }

  /** A session is gone: nothing of it is kept beyond the next one's coming. */
  forget(sessionId: string): void {
    this.residents.forget(sessionId);
  }

  /** Gives up what is kept for other sessions than the one that runs. */
  shed(): void {
    this.residents.shed();
  }

  [Symbol.dispose](): void {
    this.residents[Symbol.dispose]();
  }
}

/** @returns Milliseconds that finding what changed took. */
function keep(
  slot: Slot,
  before: HostState,
  state: HostState,
  full: boolean,
  outside: EngineOutside,
): number {
  const isNews = full || !isSameState(state, before);
  let held: Uint8Array | undefined;
  const searchMs = slot.capture(
    { full, ...(isNews ? { state: writeState(state) } : {}) },
    (piece) => {
      if (held) outside.delta(held, false);
      held = piece;
    },
  );
  if (held) outside.delta(held, true);
  return searchMs;
}

function checkpointIn({ baseImage }: Slot, full: boolean): EngineResult["checkpoint"] & {} {
  return { engine: baseImage.engine.fingerprint, base: baseImage.digest, full };
}

/** The state in the slot as one delta; whoever takes it up gets random numbers of its own. */
function fold(
  slot: Slot,
  state: HostState,
  outside: EngineOutside,
  takeUpMs: number,
): EngineResult {
  const startMs = performance.now();
  const searchMs = keep(slot, state, { ...state, seededFor: "" }, true, outside);
  const keepMs = performance.now() - startMs;
  return {
    outcome: { status: "ok", heap: "keep" },
    checkpoint: checkpointIn(slot, true),
    durationMs: takeUpMs + keepMs,
    cpuMs: 0,
    heapBytes: slot.heapBytes,
    spans: { takeUpMs, evaluateMs: 0, searchMs, writeMs: keepMs - searchMs },
  };
}
