import { PAGE_BYTES } from "./pages.ts";
import type { RememberedPages } from "./remembered-pages.ts";

/** Pages kept of what an execution replaced: an ordinary one changes far fewer. */
const REPLACED_PAGES_MAX = 128;

/** An image's pages that the next one replaced. */
export interface Replaced {
  /** Where the image ended: pages from there on were zero. */
  readonly endPage: number;
  readonly pages: readonly number[];
  /** What those pages held, in that order; good until the next `keep`. */
  readonly bytes: Buffer;
}

/** What the pages of a slot held before its last capture, so that it can step back by one. */
export class ReplacedPages {
  private kept: Replaced | undefined;
  private room: Buffer | undefined;

  /**
   * These pages are about to be replaced. Nothing is kept when they are too many, or some of which
   * there is no copy.
   */
  keep(dirty: readonly number[], remembered: RememberedPages): void {
    this.kept = undefined;
    if (dirty.length > REPLACED_PAGES_MAX) return;
    this.room ??= Buffer.allocUnsafeSlow(REPLACED_PAGES_MAX * PAGE_BYTES);
    const bytes = this.room;
    const { endPage } = remembered;
    for (const [i, page] of dirty.entries()) {
      if (page < endPage && !remembered.copyTo(bytes, i * PAGE_BYTES, page)) return;
    }
    this.kept = { endPage, pages: dirty, bytes };
  }

  forget(): void {
    this.kept = undefined;
  }

  /** What was kept, for good. */
  take(): Replaced | undefined {
    const { kept } = this;
    this.kept = undefined;
    return kept;
  }
}
