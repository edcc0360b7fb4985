import { VmError } from "../core/errors.ts";
import { isDamaged } from "./failure.ts";

/** A delta as it is stored. */
export interface StoredDelta {
  readonly delta: Uint8Array;
  /** NULL: an older version wrote it, and did not say. */
  readonly crc32: number | null;
}

/** CRC-32 as zlib has it: a tenth of a millisecond for a megabyte, and no single flipped bit escapes it. */
export const crc32Of = (delta: Uint8Array): number => Bun.hash.crc32(delta);

export const isIntact = ({ delta, crc32 }: StoredDelta): boolean =>
  crc32 === null || crc32 === crc32Of(delta);

/** @throws VmError CHECKPOINT_DAMAGED */
export function assertIntact(checkpointId: string, stored: StoredDelta): void {
  if (!isIntact(stored)) throw damagedCheckpoint(checkpointId);
}

/** What came of reading a checkpoint, where SQLite itself found the damage. */
export const readFailure = (checkpointId: string, error: unknown): unknown =>
  isDamaged(error) ? damagedCheckpoint(checkpointId, error) : error;

export const damagedCheckpoint = (id: string, cause?: unknown) =>
  new VmError("CHECKPOINT_DAMAGED", { details: { checkpoint_id: id }, cause });
