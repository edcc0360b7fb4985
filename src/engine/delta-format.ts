import { PAGE_BYTES } from "./pages.ts";

/**
 * What changed in a heap, as bytes to keep.
 *
 *     "VMD1"  u32 flags (1: relative to the base image; 2: with host state)  u32 endPage
 *     with 2: the host state as a block of UTF-8
 *     blocks of pages
 *
 * A block: u32 raw length, u32 stored length (bit 31: not compressed; bit 30: only for pages, their
 * numbers as they are and the pages as sparse.ts writes them), stored bytes.
 * A block of pages, raw: u32 count, count page numbers (bit 31: the page itself, else what to XOR the page
 * with), then the pages. All integers are little endian. XOR makes what did not change within a page
 * zeros, which compress to next to nothing.
 */
export interface DeltaHeader {
  readonly full: boolean;
  readonly endPage: number;
  /** What the host must know besides the memory (host-state.ts); absent: as before this delta. */
  readonly state?: string;
}

export const MAGIC = 0x31444d56;
export const HEADER_BYTES = 12;
/** Bits of the header's flags. */
export const FULL = 1;
export const WITH_STATE = 2;
export const BLOCK_HEADER_BYTES = 8;
export const BLOCK_PAGES_MAX = 240;
export const BLOCK_BYTES_MAX = 4 + BLOCK_PAGES_MAX * (4 + PAGE_BYTES);
/** Bits of a block's stored length; neither: it is compressed. */
export const PLAIN = 0x8000_0000;
export const SPARSE = 0x4000_0000;
/** A bit of a page's number. */
export const WHOLE_PAGE = 0x8000_0000;
