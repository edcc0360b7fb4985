import { type BaseImage, decodeBase } from "./base-image.ts";

/** Base images of other versions of the program, and this one's. */
const BASES_MAX = 4;

/** Base images by digest: this program's own, and the last few others that an image needed. */
export class KnownBases {
  private readonly bases = new Map<string, BaseImage>();

  constructor(private readonly own: BaseImage) {
    this.bases.set(own.digest, own);
  }

  /**
   * @param bytesOf  Called for one that is not known yet.
   * @throws VmError IMAGE_INVALID, IMAGE_UNSUPPORTED
   */
  find(digest: string, bytesOf: (digest: string) => Uint8Array): BaseImage {
    const known = this.bases.get(digest);
    if (known) return known;
    const base = decodeBase(bytesOf(digest), digest);
    // An image from a file may bring a base that nobody else has: few are kept.
    for (const known of this.bases.keys()) {
      if (this.bases.size < BASES_MAX) break;
      if (known !== this.own.digest) this.bases.delete(known);
    }
    this.bases.set(digest, base);
    return base;
  }
}
