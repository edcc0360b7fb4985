import type { JobAction, JobEvent } from "../core/ports.ts";
import type { SessionGrants } from "../core/session.ts";
import type { JobSpans } from "../core/timing.ts";
import type { BaseImage, HostNumbers } from "./base-image.ts";
import { decodeBase } from "./base-image.ts";
import { engineByFingerprint } from "./engines.ts";
import { evaluate, type Outcome, type Started } from "./evaluate.ts";
import { collectGarbage } from "./garbage.ts";
import { Guest, type ValuePtr } from "./guest.ts";
import { HostCalls } from "./host-calls.ts";
import { EMPTY_STATE, type HostState, isSameState, readState, writeState } from "./host-state.ts";
import { ImageCache } from "./image-cache.ts";
import { defineGlobals, loadLibrary } from "./libraries.ts";
import { BY_ID, WorktreeLoader } from "./loader.ts";
import { GuestModules } from "./loader-guest.ts";
import { readVersions } from "./loader-versions.ts";
import { type NativeModuleFactory, NativeModules } from "./native-modules.ts";
import { Scripts } from "./scripts.ts";
import { Slot, type SlotSystem } from "./slot.ts";
import { Watch } from "./watch.ts";

/** One execution to run. */
export interface EngineJob {
  readonly sessionId: string;
  readonly grants: SessionGrants;
  readonly worktreePath: string;
  /** Undefined: the base image. */
  readonly headCheckpointId: string | undefined;
  readonly nextCheckpointId: string;
  readonly wantFull: boolean;
  /** What it does to the session is undone at its end. */
  readonly discard?: boolean;
  readonly action: JobAction;
}

/** What a job needs of the outside while it runs. Synchronous: nothing else happens meanwhile. */
export interface EngineOutside {
  /**
   * The chain of the job's head, deltas oldest first, each in pieces. A piece is good until the next
   * one is asked for.
   */
  image(): IncomingChain;
  /** A base image of another version of the program. */
  base(digest: string): Uint8Array;
  /**
   * The first of these paths (relative to the worktree) that is a regular file; `path`: links resolved.
   *
   * @throws an error with a `code`, whose message may be shown to the guest
   */
  file(candidates: readonly string[]): { readonly path: string; readonly text: string } | null;
  /** An event of the guest's. */
  event(event: JobEvent): void;
  /** Events are to be sent now: something follows that takes long. */
  flush(): void;
  /** Called some hundred times a second while guest code runs. */
  poll(): void;
  /** The guest's code begins: what was asked for is taken up. */
  guestBegins(): void;
  /** It is over. @param memoryBytes  What is now looked through, and may be written or put back. */
  guestEnded(memoryBytes: number): void;
  /** The new state, in pieces; `last` ends it. */
  delta(piece: Uint8Array, last: boolean): void;
}

export interface IncomingChain {
  readonly engine: string;
  readonly base: string;
  /** What the heap is said to take; absent: not known. */
  readonly heapBytes?: number;
  readonly links: Iterable<Iterable<Uint8Array>>;
}

export interface EngineResult {
  readonly outcome: Outcome;
  /** Absent: the session is as it was before. */
  readonly checkpoint?: { readonly engine: string; readonly base: string; readonly full: boolean };
  readonly durationMs: number;
  readonly cpuMs: number;
  readonly heapBytes: number;
  readonly spans: Omit<JobSpans, "ipcMs">;
}

/** Slots of different memory sizes that a host keeps at most. */
const SLOTS_MAX = 3;

/** Memory of a slot that may stay for whoever comes next. */
const SMALL_SLOT_BYTES = 24 * 1024 * 1024;

/** Images of sessions that are not in a slot. */
const CACHE_BYTES_MAX = 8 * 1024 * 1024;

/** Base images of other versions of the program, and this one's. */
const BASES_MAX = 4;

/** Who is in a slot. */
interface Residence {
  readonly sessionId: string;
  /** Undefined: the base image. */
  checkpointId: string | undefined;
  state: HostState;
  /** What was in the slot before its last execution. */
  previous?: { readonly checkpointId: string | undefined; readonly state: HostState };
  readonly modules: NativeModules;
}

/**
 * Runs executions of any session, one at a time, in slots of this process: puts the session's image
 * in, runs, and takes the changed pages out again.
 */
export class EngineHost implements Disposable {
  private readonly slots = new Map<number, Slot>();
  private readonly residents = new Map<Slot, Residence>();
  private readonly cache = new ImageCache(CACHE_BYTES_MAX);
  private readonly bases = new Map<string, BaseImage>();
  /** Where the last job ran, or runs. */
  private current: Slot | undefined;
  /** Holds the base image, and nobody has been in it. */
  private unused: Slot | undefined;

  constructor(
    private readonly base: BaseImage,
    private readonly modules: NativeModuleFactory,
    private readonly system: SlotSystem = {},
  ) {
    this.bases.set(base.digest, base);
  }

  /** @throws VmError IMAGE_INVALID, IMAGE_UNSUPPORTED; the slot is empty then */
  async run(job: EngineJob, outside: EngineOutside): Promise<EngineResult> {
    const startMs = performance.now();
    let asked: IncomingChain | undefined;
    const image = () => {
      asked ??= outside.image();
      return asked;
    };
    const slot = await this.slotFor(job, image);
    this.current = slot;
    const residence = this.takeUp(slot, job, outside, image);
    const before = residence.state;
    const takenUpMs = performance.now();
    if (job.action.kind === "fold") {
      // The slot steps back to before this capture, which is where it is.
      delete residence.previous;
      return fold(slot, before, outside, takenUpMs - startMs);
    }
    outside.guestBegins();
    const scripts = new Scripts(before.scripts);
    const { watch, outcome, loader } = await this.execute(slot, residence, scripts, job, outside);
    outside.guestEnded(slot.memoryBytes);
    const { elapsedMs, cpuMs } = watch;
    const evaluatedMs = performance.now();
    let searchMs = 0;
    const isLook = job.action.kind === "complete";
    const kept = outcome.heap === "keep" && !isLook && job.discard !== true;
    const full = job.wantFull || job.headCheckpointId === undefined;
    if (kept) {
      residence.state = {
        seededFor: job.action.kind === "prepare" ? "" : job.sessionId,
        modules: residence.modules.takeStates(),
        scripts: scripts.current,
        loader: JSON.stringify(loader.state),
      };
      residence.previous = { checkpointId: residence.checkpointId, state: before };
      residence.checkpointId = job.nextCheckpointId;
      searchMs = keep(slot, before, residence.state, full, outside);
    } else if (outcome.heap === "keep" && isLook) {
      // It was only looked at: what its modules hold stays.
      if (!slot.rollBack()) this.drop(slot);
    } else {
      this.undo(slot, outcome);
    }
    const base = slot.baseImage;
    return {
      outcome,
      ...(kept ? { checkpoint: { engine: base.engine.fingerprint, base: base.digest, full } } : {}),
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
  async warm(memMb: number): Promise<void> {
    const slot = await Slot.withBase(this.base, memMb, this.system);
    this.slots.set(memMb, slot);
    this.unused = slot;
  }

  /** A session is gone: nothing of it is kept beyond the next one's coming. */
  forget(sessionId: string): void {
    this.cache.forget(sessionId);
    for (const [slot, residence] of this.residents) {
      if (residence.sessionId === sessionId) this.evict(slot, { cached: false });
    }
  }

  /**
   * Gives up what is kept for other sessions than the one that runs: their memory counts where it
   * needs room. Each comes back from the store.
   */
  shed(): void {
    for (const slot of [...this.slots.values()]) {
      if (slot === this.current) continue;
      this.evict(slot, { cached: false });
      this.drop(slot);
    }
    this.cache.clear();
  }

  [Symbol.dispose](): void {
    for (const { modules } of this.residents.values()) modules[Symbol.dispose]();
    this.residents.clear();
  }

  private async slotFor(job: EngineJob, image: () => IncomingChain): Promise<Slot> {
    return this.fitting(job, image) ?? this.newSlot(job.grants.settings.limits.mem_mb);
  }

  private fitting(job: EngineJob, image: () => IncomingChain): Slot | undefined {
    const slot = this.slots.get(job.grants.settings.limits.mem_mb);
    if (!slot) return undefined;
    const fits = this.isIn(slot, job) || this.isNear(slot, job);
    if (fits || slot.memoryBytes <= SMALL_SLOT_BYTES) return slot;
    // Memory that is there already is worth twice its size: a new one takes longer than all the rest.
    const head = job.headCheckpointId;
    if (head === undefined || this.cache.has(head)) return undefined;
    return 2 * (image().heapBytes ?? 0) >= slot.memoryBytes ? slot : undefined;
  }

  /** Memory never shrinks, so large slots and those over the number make room for a new one. */
  private async newSlot(memMb: number): Promise<Slot> {
    const left = this.dropSlots(memMb);
    // Only the collector gives that back, and the new slot may need as much: nobody on the way here
    // holds one of the dropped slots.
    if (left > SMALL_SLOT_BYTES) collectGarbage();
    const slot = await Slot.create(this.base.engine, memMb, this.system);
    this.slots.set(memMb, slot);
    return slot;
  }

  /** @returns Bytes of memory that nobody holds any more and that are still there. */
  private dropSlots(memMb: number): number {
    let bytes = 0;
    for (const slot of this.slots.values()) {
      const stays = slot.memMb !== memMb && slot.memoryBytes <= SMALL_SLOT_BYTES;
      if (stays && this.slots.size < SLOTS_MAX) continue;
      this.evict(slot, { cached: true });
      this.drop(slot);
      if (!slot.release()) bytes += slot.memoryBytes;
    }
    return bytes;
  }

  /** Whether the slot holds the state that the job starts from, for another session, or did before. */
  private isNear(slot: Slot, { headCheckpointId: head }: EngineJob): boolean {
    const resident = this.residents.get(slot);
    if (!resident || head === undefined) return false;
    return resident.checkpointId === head || resident.previous?.checkpointId === head;
  }

  /** Whether the slot holds just the state that the job starts from. */
  private isIn(slot: Slot, { sessionId, headCheckpointId }: EngineJob): boolean {
    const resident = this.residents.get(slot);
    return resident?.sessionId === sessionId && resident.checkpointId === headCheckpointId;
  }

  private takeUp(
    slot: Slot,
    job: EngineJob,
    outside: EngineOutside,
    image: () => IncomingChain,
  ): Residence {
    const resident = this.residents.get(slot);
    if (resident && this.isIn(slot, job)) return resident;
    this.evict(slot, { cached: true });
    const state = this.inPlace(slot, resident, job) ?? this.putHead(slot, job, outside, image);
    const residence: Residence = {
      sessionId: job.sessionId,
      checkpointId: job.headCheckpointId,
      state,
      modules: new NativeModules(job.sessionId, this.modules, job, state.modules),
    };
    this.residents.set(slot, residence);
    return residence;
  }

  /**
   * A fork of who is in the slot begins with what is there, or was before the last execution: its
   * heap need not be moved, however large it is.
   */
  private inPlace(
    slot: Slot,
    resident: Residence | undefined,
    { headCheckpointId: head }: EngineJob,
  ): HostState | undefined {
    if (!resident || head === undefined) return undefined;
    if (resident.checkpointId === head) {
      slot.clearDead();
      return resident.state;
    }
    if (resident.previous?.checkpointId !== head || !slot.stepBack()) return undefined;
    return resident.previous.state;
  }

  private putHead(
    slot: Slot,
    job: EngineJob,
    outside: EngineOutside,
    image: () => IncomingChain,
  ): HostState {
    const head = job.headCheckpointId;
    const isUnused = slot === this.unused;
    if (isUnused) this.unused = undefined;
    if (head === undefined) {
      if (!isUnused) slot.putBase(this.base);
      return EMPTY_STATE;
    }
    const cached = this.cache.get(head);
    if (cached) {
      const { image, state } = cached;
      slot.put(image);
      // Where others start from stays; a session's own is about to be outdated.
      if (state.seededFor === job.sessionId) this.cache.delete(head);
      return state;
    }
    const chain = image();
    engineByFingerprint(chain.engine);
    try {
      const text = slot.putChain(this.findBase(chain.base, outside), chain.links);
      const state = readState(text);
      if (state.seededFor !== job.sessionId) this.toCache(slot, head, state);
      return state;
    } catch (error) {
      this.drop(slot);
      throw error;
    }
  }

  private findBase(digest: string, outside: EngineOutside): BaseImage {
    const known = this.bases.get(digest);
    if (known) return known;
    const base = decodeBase(outside.base(digest), digest);
    // An image from a file may bring a base that nobody else has: few are kept.
    for (const known of this.bases.keys()) {
      if (this.bases.size < BASES_MAX) break;
      if (known !== this.base.digest) this.bases.delete(known);
    }
    this.bases.set(digest, base);
    return base;
  }

  private async execute(
    slot: Slot,
    { state, modules, sessionId }: Residence,
    scripts: Scripts,
    job: EngineJob,
    outside: EngineOutside,
  ): Promise<{ watch: Watch; outcome: Outcome; loader: WorktreeLoader }> {
    const { instance } = slot;
    const { host } = slot.baseImage;
    const guest = new Guest(instance, host.runtime, host.context);
    const { settings } = job.grants;
    const watch = new Watch(instance, host.interruptCounterAt, settings.limits, () =>
      outside.poll(),
    );
    modules.remainingMs = () => watch.remainingMs;
    const { action, grants } = job;
    const loader = new WorktreeLoader({
      files: { open: (candidates) => outside.file(candidates) },
      settings,
      natives: { names: grants.modules, functionsOf: (name) => modules.functions(name) },
      state: readVersions(state.loader),
    });
    loader.begin("path" in action ? action.path : undefined);
    const guestModules = new GuestModules(guest, loader, (name, runnable) =>
      scripts.remember(name, runnable),
    );
    const calls = new HostCalls(guest, {
      console: (level, text) => {
        const shown = text.includes("\n    at ") ? scripts.mapStack(text) : text;
        if (settings.runtime.console && watch.countOutput(Buffer.byteLength(text) + EVENT_BYTES)) {
          outside.event({ type: "console", payload: { level, text: shown }, atMs: Date.now() });
        }
      },
      module: (name, fn, args) => {
        outside.flush();
        try {
          return modules.call(name, fn, args);
        } finally {
          watch.resume();
          watch.check();
        }
      },
      loader: (op, request) => guestModules.answer(op, request),
      source: (name, line, column) => scripts.textAround(name, line, column),
      nowMs: () => performance.timeOrigin + performance.now(),
      monotonicMs: () => performance.now(),
    });
    instance.callbacks = {
      call: (argc, argv) => calls.call(argc, argv),
      shouldInterrupt: () => watch.poll(),
      loadModule: (name) => guestModules.loadModule(name),
      normalizeModule: (base, name) => guestModules.normalizeModule(base, name),
      rejected: (promise, reason, handled) => {
        calls.mayHaveLeft = true;
        guest.reportRejection(host.prelude.rejected, promise, reason, handled);
      },
      errorMade: (error, byEngine) => {
        if (!watch.tripped) guest.reportError(host.prelude.errorMade, error, byEngine);
      },
      now: () => Date.now(),
    };
    const outcome = await evaluate({
      guest,
      prelude: host.prelude,
      saysWhatIsLeft: host.saysWhatIsLeft === true,
      mayHaveLeft: () => calls.mayHaveLeft,
      watch,
      grants,
      action,
      reseed:
        state.seededFor === sessionId ? undefined : [...crypto.getRandomValues(new Uint32Array(4))],
      start: () => start(guest, host.prelude, scripts, loader, job),
      mapStack: (stack) => scripts.mapStack(stack),
      beforeWait: () => outside.flush(),
    });
    return { watch, outcome, loader };
  }

  private undo(slot: Slot, outcome: Outcome): void {
    const residence = this.residents.get(slot);
    // What its modules did to themselves is undone with the heap.
    residence?.modules[Symbol.dispose]();
    if (outcome.heap !== "trap" && residence && slot.rollBack()) {
      residence.modules.restart(residence.state.modules);
    } else {
      this.drop(slot);
    }
  }

  /** Whoever is in the slot leaves it. */
  private evict(slot: Slot, { cached }: { cached: boolean }): void {
    const residence = this.residents.get(slot);
    if (!residence) return;
    this.residents.delete(slot);
    residence.modules[Symbol.dispose]();
    const { checkpointId, sessionId, state } = residence;
    if (cached && checkpointId !== undefined && this.cache.takes(slot.imageBytes)) {
      this.cache.set(checkpointId, {
        sessionId,
        state,
        image: slot.snapshot(this.cache.takeRoom()),
      });
    }
  }

  private toCache(slot: Slot, checkpointId: string, state: HostState): void {
    if (!this.cache.takes(slot.imageBytes)) return;
    this.cache.set(checkpointId, {
      sessionId: state.seededFor,
      state,
      image: slot.snapshot(this.cache.takeRoom()),
    });
  }

  /** Nothing in it can be used any more. */
  private drop(slot: Slot): void {
    this.residents.get(slot)?.modules[Symbol.dispose]();
    this.residents.delete(slot);
    this.slots.delete(slot.memMb);
    if (slot === this.unused) this.unused = undefined;
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

/** The state in the slot as one delta; whoever takes it up gets random numbers of its own. */
function fold(
  slot: Slot,
  state: HostState,
  outside: EngineOutside,
  takeUpMs: number,
): EngineResult {
  const startMs = performance.now();
  const searchMs = keep(slot, state, { ...state, seededFor: "" }, true, outside);
  const base = slot.baseImage;
  const keepMs = performance.now() - startMs;
  return {
    outcome: { status: "ok", heap: "keep" },
    checkpoint: { engine: base.engine.fingerprint, base: base.digest, full: true },
    durationMs: takeUpMs + keepMs,
    cpuMs: 0,
    heapBytes: slot.heapBytes,
    spans: { takeUpMs, evaluateMs: 0, searchMs, writeMs: keepMs - searchMs },
  };
}

/** JSON around the text of a console event. */
const EVENT_BYTES = 32;

/** @throws GuestThrow, StartFailure */
function start(
  guest: Guest,
  prelude: HostNumbers["prelude"],
  scripts: Scripts,
  loader: WorktreeLoader,
  { action, grants }: EngineJob,
): Started {
  const { strict } = grants.settings.runtime;
  switch (action.kind) {
    case "repl":
      return scripts.runSnippet(guest, action.input, strict);
    case "prepare":
      defineGlobals(guest, grants.globals);
      for (const library of action.libraries) loadLibrary(guest, library);
      return {};
    case "fold":
      return {};
    case "complete": {
      const text = guest.newString(action.text);
      try {
        return { value: guest.call(prelude.complete as ValuePtr, [text]) };
      } finally {
        guest.free(text);
      }
    }
    default: {
      const { path, source } = action;
      const script = loader.runsAsModule(path)
        ? undefined
        : scripts.runFile(guest, source, path, strict);
      if (script) return script;
      return scripts.runPrepared(guest, BY_ID, loader.moduleEntry(path, source));
    }
  }
}
