import type { Execution } from "../execution.ts";
import type { TemplateDetail } from "../template.ts";
import type { Checkpoint } from "./checkpoint-store.ts";
import type { NewSession } from "./session-store.ts";

/** A session that comes from a file, with all that belongs to it. */
export interface ImportedSession {
  readonly session: NewSession;
  /** Made with it; absent: its template is there. */
  readonly template?: TemplateDetail;
  /** Kept with it, unless it is there; without its bytes it must be there. */
  readonly base?: { readonly digest: string; readonly engine: string; readonly bytes?: Uint8Array };
  /** The state; absent: the base image. */
  readonly checkpoint?: Checkpoint;
  /** Ended, with their events, oldest first. Only the head's state is there. */
  readonly executions: readonly Execution[];
}

export interface ImportStore {
  /**
   * All of it or nothing, whatever happens meanwhile; in steps, where there is much of it.
   *
   * @throws VmError TEMPLATE_EXISTS, IMAGE_UNSUPPORTED (its base went meanwhile), STORE_FULL
   */
  insert(imported: ImportedSession): Promise<void>;
}
