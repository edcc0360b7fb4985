import type { BaseImage } from "./base-image.ts";
import type { EngineJob, EngineOutside, IncomingChain } from "./engine-job.ts";
import { engineByFingerprint } from "./engines.ts";
import { collectGarbage } from "./garbage.ts";
import { EMPTY_STATE, type HostState, readState } from "./host-state.ts";
import { type CacheEntry, ImageCache } from "./image-cache.ts";
import { KnownBases } from "./known-bases.ts";
import { type NativeModuleFactory, NativeModules } from "./native-modules.ts";
import { Slot, type SlotSystem } from "./slot.ts";

/** Slots of different memory sizes that a host keeps at most. */
const SLOTS_MAX = 3;

/** Memory of a slot that may stay for whoever comes next. */
const SMALL_SLOT_BYTES = 24 * 1024 * 1024;

/** Images of sessions that are not in a slot. */
const CACHE_BYTES_MAX = 8 * 1024 * 1024;

/** A session that is in a slot. */
export interface Resident {
  readonly slot: Slot;
  readonly sessionId: string;
  /** Undefined: the base image. */
  checkpointId: string | undefined;
  state: HostState;
  /** What was in the slot before its last execution. */
  previous?: { readonly checkpointId: string | undefined; readonly state: HostState };
  readonly modules: NativeModules;
}

/**
 * The slots of a process and who is in each: finds a slot for a session that is to run, puts its state
 * in, and sends to the cache, or away, whoever was there.
 */
export class Residents implements Disposable {
  private readonly slots = new Map<number, Slot>();
  private readonly residents = new Map<Slot, Resident>();
  private readonly cache = new ImageCache(CACHE_BYTES_MAX);
  private readonly bases: KnownBases;
  /** Where the last job ran, or runs. */
  private current: Slot | undefined;
  /** Holds the base image, and nobody has been in it. */
  private unused: Slot | undefined;

  constructor(
    private readonly base: BaseImage,
    private readonly modules: NativeModuleFactory,
    private readonly system: SlotSystem,
  ) {
    this.bases = new KnownBases(base);
  }

  /**
   * The job's session in a slot, with the state that the job starts from.
   *
   * @throws VmError IMAGE_INVALID, IMAGE_UNSUPPORTED; the slot is empty then
   */
  async takeUp(job: EngineJob, outside: EngineOutside): Promise<Resident> {
    let asked: IncomingChain | undefined;
    const image = () => {
      asked ??= outside.image();
      return asked;
    };
    const slot =
      this.fitting(job, image) ?? (await this.newSlot(job.grants.settings.limits.mem_mb));
    this.current = slot;
    const resident = this.residents.get(slot);
    if (resident && this.isIn(slot, job)) return resident;
    this.evict(slot, { cached: true });
    const state = this.inPlace(slot, resident, job) ?? this.putHead(slot, job, outside, image);
    const taken: Resident = {
      slot,
      sessionId: job.sessionId,
      checkpointId: job.headCheckpointId,
      state,
      modules: new NativeModules(job.sessionId, this.modules, job, state.modules),
    };
    this.residents.set(slot, taken);
    return taken;
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
    for (const [slot, resident] of this.residents) {
      if (resident.sessionId === sessionId) this.evict(slot, { cached: false });
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

  /**
   * What ran there is undone, with what its modules did to themselves.
   *
   * @param trapped  The instance cannot be used any more.
   */
  undo(slot: Slot, { trapped }: { trapped: boolean }): void {
    const resident = this.residents.get(slot);
    resident?.modules[Symbol.dispose]();
    if (!trapped && resident && slot.rollBack()) {
      resident.modules.restart(resident.state.modules);
    } else {
      this.drop(slot);
    }
  }

  /**
   * Nothing in it can be used any more. Its memory goes at once, as far as that is possible: whatever
   * takes its place may need as much, before a collector has found it.
   *
   * @returns Bytes of memory that nobody holds any more and that are still there.
   */
  drop(slot: Slot): number {
    this.residents.get(slot)?.modules[Symbol.dispose]();
    this.residents.delete(slot);
    this.slots.delete(slot.memMb);
    if (slot === this.unused) this.unused = undefined;
    if (slot === this.current) this.current = undefined;
    return slot.release() ? 0 : slot.memoryBytes;
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
      bytes += this.drop(slot);
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

  /**
   * A fork of who is in the slot begins with what is there, or was before the last execution: its
   * heap need not be moved, however large it is.
   */
  private inPlace(
    slot: Slot,
    resident: Resident | undefined,
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
      const base = this.bases.find(chain.base, (digest) => outside.base(digest));
      const text = slot.putChain(base, chain.links);
      const state = readState(text);
      // Whoever left it, others start from it: it is to stay when that one comes to another.
      if (state.seededFor !== job.sessionId && this.cache.takes(slot.imageBytes)) {
        this.cache.set(head, this.cacheEntry(slot, state.seededFor, state));
      }
      return state;
    } catch (error) {
      this.drop(slot);
      throw error;
    }
  }

  /** Whoever is in the slot leaves it. */
  private evict(slot: Slot, { cached }: { cached: boolean }): void {
    const resident = this.residents.get(slot);
    if (!resident) return;
    this.residents.delete(slot);
    resident.modules[Symbol.dispose]();
    const { checkpointId, sessionId, state } = resident;
    if (!cached || checkpointId === undefined || !this.cache.takes(slot.imageBytes)) return;
    this.cache.setHead(checkpointId, this.cacheEntry(slot, sessionId, state));
  }

  private cacheEntry(slot: Slot, sessionId: string, state: HostState): CacheEntry {
    return { sessionId, state, image: slot.snapshot(this.cache.takeRoom()) };
  }
}
