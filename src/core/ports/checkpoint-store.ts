/** What a worker found changed in a heap. Opaque to everything but the engine. */
export interface CheckpointData {
  /** Fingerprint of the engine that can take it up. */
  readonly engine: string;
  /** SHA-256 (hex) of the base image that the first delta of the chain is relative to. */
  readonly base: string;
  /** The changed pages, compressed, relative to the parent checkpoint. */
  readonly delta: Uint8Array;
  /** Heap in use, bytes. */
  readonly heapBytes: number;
  /** Whether `delta` is relative to the base image instead of the parent: the chain starts anew. */
  readonly full: boolean;
}

/**
 * `prepared`: a runtime with its libraries loaded, from which sessions start; belongs to no session.
 * `startup`, `execution`: the state after one. `imported`: what a session from a file began with.
 */
export type CheckpointKind = "prepared" | "startup" | "execution" | "imported";

export interface Checkpoint {
  readonly id: string;
  readonly sessionId?: string;
  readonly parentId?: string;
  readonly executionId?: string;
  readonly kind: CheckpointKind;
  readonly createdAt: string;
  readonly data: CheckpointData;
}

/** Everything needed to take up a checkpoint: deltas oldest first, the first relative to the base. */
export interface ImageChain {
  readonly engine: string;
  readonly base: string;
  /** Of the heap; a worker may prepare for it, and believes only the image. Absent: not known. */
  readonly heapBytes?: number;
  readonly links: readonly { readonly id: string; readonly delta: Uint8Array }[];
}

export interface CheckpointStore {
  /** A prepared image. The same id twice changes nothing. */
  insert(checkpoint: Checkpoint): Promise<void>;
  has(id: string): Promise<boolean>;
  /** What taking it up reads. @throws VmError CHECKPOINT_DAMAGED: its bytes are not those that were written */
  chain(id: string): Promise<ImageChain | undefined>;
  /** Base images by digest: an image outlives the program version whose prelude made its base. */
  putBase(base: { digest: string; engine: string; bytes: Uint8Array }): Promise<void>;
  getBase(digest: string): Promise<Uint8Array | undefined>;
}
