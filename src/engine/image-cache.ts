import type { HostState } from "./host-state.ts";
import { bytesOfImage, type Image } from "./image.ts";

export interface CacheEntry {
  readonly sessionId: string;
  readonly image: Image;
  readonly state: HostState;
}

/**
 * Images of sessions that were in a slot lately, by checkpoint, so that they come back in without the
 * store. Bounded in bytes; the least recently used one goes first.
 */
export class ImageCache {
  private readonly entries = new Map<string, CacheEntry>();
  /** By session: the checkpoint with which it left its slot. */
  private readonly heads = new Map<string, string>();
  private bytes = 0;
  private room: ArrayBufferLike | undefined;

  constructor(private readonly bytesMax: number) {}

  /** Whether an image of that size is worth keeping. */
  takes(bytes: number): boolean {
    return bytes <= this.bytesMax / 4;
  }

  set(checkpointId: string, entry: CacheEntry): void {
    this.delete(checkpointId);
    this.entries.set(checkpointId, entry);
    this.bytes += bytesOfImage(entry.image);
    for (const oldest of this.entries.keys()) {
      if (this.bytes <= this.bytesMax) break;
      this.delete(oldest);
    }
  }

  /**
   * The session leaves its slot. With what it left the last time nobody can be expected to go on: it
   * has run elsewhere since, or it would have taken it up.
   */
  setHead(checkpointId: string, entry: CacheEntry): void {
    const outdated = this.heads.get(entry.sessionId);
    if (outdated !== undefined) this.delete(outdated);
    this.set(checkpointId, entry);
    if (this.has(checkpointId)) this.heads.set(entry.sessionId, checkpointId);
  }

  /** Memory of an image that is no longer here, for the next one. */
  takeRoom(): ArrayBufferLike | undefined {
    const { room } = this;
    this.room = undefined;
    return room;
  }

  has(checkpointId: string): boolean {
    return this.entries.has(checkpointId);
  }

  get(checkpointId: string): CacheEntry | undefined {
    const entry = this.entries.get(checkpointId);
    if (!entry) return undefined;
    this.entries.delete(checkpointId);
    this.entries.set(checkpointId, entry);
    return entry;
  }

  delete(checkpointId: string): void {
    const entry = this.entries.get(checkpointId);
    if (!entry) return;
    this.entries.delete(checkpointId);
    if (this.heads.get(entry.sessionId) === checkpointId) this.heads.delete(entry.sessionId);
    this.bytes -= bytesOfImage(entry.image);
    const { content } = entry.image;
    if (content.kind === "pages") this.room = content.bytes.buffer;
  }

  clear(): void {
    this.entries.clear();
    this.heads.clear();
    this.bytes = 0;
    this.room = undefined;
  }

  forget(sessionId: string): void {
    for (const [id, entry] of this.entries) if (entry.sessionId === sessionId) this.delete(id);
  }
}
