import type { JobAction, JobEvent } from "../core/ports.ts";
import type { SessionGrants } from "../core/session.ts";
import type { BaseImage, HostNumbers } from "./base-image.ts";
import { decodeBase } from "./base-image.ts";
import { engineByFingerprint } from "./engines.ts";
import { evaluate, type Outcome, type Started } from "./evaluate.ts";
import { Guest, type ValuePtr } from "./guest.ts";
import { HostCalls } from "./host-calls.ts";
import { EMPTY_STATE, type HostState, readState, writeState } from "./host-state.ts";
import { ImageCache } from "./image-cache.ts";
import { defineGlobals, loadLibrary } from "./libraries.ts";
import { BY_ID, WorktreeLoader } from "./loader.ts";
import { GuestModules } from "./loader-guest.ts";
import { readVersions } from "./loader-versions.ts";
import { type NativeModuleFactory, NativeModules } from "./native-modules.ts";
import { Scripts } from "./scripts.ts";
import { Slot } from "./slot.ts";
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
  readonly action: JobAction;
}

/** What a job needs of the outside while it runs. Synchronous: nothing else happens meanwhile. */
export interface EngineOutside {
  /** The chain of the job's head, deltas oldest first, each in pieces. */
  image(): {
    readonly engine: string;
    readonly base: string;
    readonly links: Iterable<Iterable<Uint8Array>>;
  };
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
  /** The new state, in pieces; `last` ends it. */
  delta(piece: Uint8Array, last: boolean): void;
}

export interface EngineResult {
  readonly outcome: Outcome;
  /** Absent: the session is as it was before. */
  readonly checkpoint?: { readonly engine: string; readonly base: string; readonly full: boolean };
  readonly durationMs: number;
  readonly cpuMs: number;
  readonly heapBytes: number;
  /** Where the time went, milliseconds. */
  readonly spans: { readonly takeUp: number; readonly evaluate: number; readonly keep: number };
}

/** Slots of different memory sizes that a host keeps at most. */
const SLOTS_MAX = 3;

/** A slot that is not the current one may keep this much memory. */
const IDLE_SLOT_BYTES_MAX = 24 * 1024 * 1024;

/** Images of sessions that are not in a slot. */
const CACHE_BYTES_MAX = 8 * 1024 * 1024;

/** Who is in a slot. */
interface Residence {
  readonly sessionId: string;
  /** Undefined: the base image. */
  checkpointId: string | undefined;
  state: HostState;
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

  constructor(
    private readonly base: BaseImage,
    private readonly modules: NativeModuleFactory,
  ) {
    this.bases.set(base.digest, base);
  }

  /** @throws VmError IMAGE_INVALID, IMAGE_UNSUPPORTED; the slot is empty then */
  async run(job: EngineJob, outside: EngineOutside): Promise<EngineResult> {
    const startMs = performance.now();
    const slot = await this.slotFor(job.grants.settings.limits.mem_mb);
    const residence = this.takeUp(slot, job, outside);
    const before = residence.state;
    const takenUpMs = performance.now();
    const scripts = new Scripts(before.scripts);
    const { watch, outcome, loader } = await this.execute(slot, residence, scripts, job, outside);
    const { elapsedMs, cpuMs } = watch;
    const evaluatedMs = performance.now();
    const kept = outcome.heap === "keep" && job.action.kind !== "complete";
    const full = job.wantFull || job.headCheckpointId === undefined;
    if (kept) {
      residence.state = {
        seededFor: job.action.kind === "prepare" ? "" : job.sessionId,
        modules: residence.modules.takeStates(),
        scripts: scripts.current,
        loader: JSON.stringify(loader.state),
      };
      residence.checkpointId = job.nextCheckpointId;
      this.keep(slot, before, residence.state, full, outside);
    } else if (outcome.heap === "keep") {
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
        takeUp: takenUpMs - startMs,
        evaluate: evaluatedMs - takenUpMs,
        keep: performance.now() - evaluatedMs,
      },
    };
  }

  /** Has a slot of that size ready before a job needs it. */
  async warm(memMb: number): Promise<void> {
    (await this.slotFor(memMb)).putBase(this.base);
  }

  /** A session is gone: nothing of it is kept beyond the next one's coming. */
  forget(sessionId: string): void {
    this.cache.forget(sessionId);
    for (const [slot, residence] of this.residents) {
      if (residence.sessionId === sessionId) this.evict(slot, { cached: false });
    }
  }

  [Symbol.dispose](): void {
    for (const { modules } of this.residents.values()) modules[Symbol.dispose]();
    this.residents.clear();
  }

  private async slotFor(memMb: number): Promise<Slot> {
    const known = this.slots.get(memMb);
    if (known) return known;
    for (const slot of this.slots.values()) {
      if (this.slots.size < SLOTS_MAX && slot.memoryBytes <= IDLE_SLOT_BYTES_MAX) continue;
      this.evict(slot, { cached: true });
      this.drop(slot);
    }
    const slot = await Slot.create(this.base.engine, memMb);
    this.slots.set(memMb, slot);
    return slot;
  }

  private takeUp(slot: Slot, job: EngineJob, outside: EngineOutside): Residence {
    const resident = this.residents.get(slot);
    const head = job.headCheckpointId;
    if (resident && resident.sessionId === job.sessionId && resident.checkpointId === head)
      return resident;
    this.evict(slot, { cached: true });
    const state = this.putHead(slot, job, outside);
    const residence: Residence = {
      sessionId: job.sessionId,
      checkpointId: head,
      state,
      modules: new NativeModules(job.sessionId, this.modules, job, state.modules),
    };
    this.residents.set(slot, residence);
    return residence;
  }

  private putHead(slot: Slot, job: EngineJob, outside: EngineOutside): HostState {
    const head = job.headCheckpointId;
    if (head === undefined) {
      slot.putBase(this.base);
      return EMPTY_STATE;
    }
    const cached = this.cache.get(head);
    if (cached) {
      slot.put(cached);
      const state = readState(cached.state);
      // Where others start from stays; a session's own is about to be outdated.
      if (state.seededFor === job.sessionId) this.cache.delete(head);
      return state;
    }
    const chain = outside.image();
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
    const guestModules = new GuestModules(guest, loader, (name, shifts) =>
      scripts.remember(name, shifts),
    );
    const calls = new HostCalls(guest, {
      console: (level, text) => {
        if (settings.runtime.console && watch.countOutput(Buffer.byteLength(text) + EVENT_BYTES)) {
          outside.event({ type: "console", payload: { level, text }, atMs: Date.now() });
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
      nowMs: () => performance.timeOrigin + performance.now(),
      monotonicMs: () => performance.now(),
    });
    instance.callbacks = {
      call: (argc, argv) => calls.call(argc, argv),
      shouldInterrupt: () => watch.poll(),
      loadModule: (name) => guestModules.loadModule(name),
      normalizeModule: (base, name) => guestModules.normalizeModule(base, name),
      rejected: (promise, reason, handled) =>
        guest.reportRejection(host.prelude.rejected, promise, reason, handled),
      now: () => Date.now(),
    };
    const outcome = await evaluate({
      guest,
      prelude: host.prelude,
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

  private keep(
    slot: Slot,
    before: HostState,
    state: HostState,
    full: boolean,
    outside: EngineOutside,
  ): void {
    const text = writeState(state);
    const isNews = full || text !== writeState(before);
    let held: Uint8Array | undefined;
    slot.capture({ full, ...(isNews ? { state: text } : {}) }, (piece) => {
      if (held) outside.delta(held, false);
      held = piece;
    });
    if (held) outside.delta(held, true);
  }

  private undo(slot: Slot, outcome: Outcome): void {
    const residence = this.residents.get(slot);
    // What its modules did to themselves is undone with the heap.
    residence?.modules[Symbol.dispose]();
    if (outcome.heap === "undo" && residence && slot.rollBack()) {
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
      this.cache.set(checkpointId, sessionId, slot.snapshot(writeState(state)));
    }
  }

  private toCache(slot: Slot, checkpointId: string, state: HostState): void {
    if (!this.cache.takes(slot.imageBytes)) return;
    this.cache.set(checkpointId, state.seededFor, slot.snapshot(writeState(state)));
  }

  /** Nothing in it can be used any more. */
  private drop(slot: Slot): void {
    this.residents.delete(slot);
    this.slots.delete(slot.memMb);
    // Its memory is given back when the collector finds that nobody has it: a next one must have room.
    if (slot.memoryBytes > IDLE_SLOT_BYTES_MAX) Bun.gc(true);
  }
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
