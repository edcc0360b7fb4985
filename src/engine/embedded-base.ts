import { embedBase } from "./embed-base.ts" with { type: "macro" };

/** The program's base image in base64; "" in a program that runs from source. */
export const EMBEDDED_BASE: string = embedBase();

export interface EncodedBase {
  readonly digest: string;
  /** Fingerprint of its engine. */
  readonly engine: string;
  readonly bytes: Uint8Array;
}

/** The program's base image for a store to keep, undecoded; undefined in one that runs from source. */
export function embeddedBase(): EncodedBase | undefined {
  if (EMBEDDED_BASE === "") return undefined;
  const bytes = Buffer.from(EMBEDDED_BASE, "base64");
  const headerAt = bytes.indexOf("\n") + 1;
  const header = bytes.toString("utf8", headerAt, bytes.indexOf("\n", headerAt));
  const { digest, engine } = JSON.parse(header) as Pick<EncodedBase, "digest" | "engine">;
  return { digest, engine, bytes };
}
