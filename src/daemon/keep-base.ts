import type { Store } from "../core/ports/store.ts";
import { embeddedBase } from "../engine/embedded-base.ts";

/**
 * Sessions' images are differences from this program's base image, and the database will be opened by
 * later versions, whose base is another: so it is in the store before any image that needs it. Run
 * from source, a program has none to keep.
 */
export async function keepBase(store: Store): Promise<void> {
  const base = embeddedBase();
  if (base) await store.checkpoints.putBase(base);
}
