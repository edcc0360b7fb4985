import { IS_COMPILED } from "../core/compiled.ts";
import { readEmbedded } from "./embedded.ts";

export interface EncodedBase {
  readonly digest: string;
  /** Fingerprint of its engine. */
  readonly engine: string;
  readonly bytes: Uint8Array;
}

/** The program's base image for a store to keep, undecoded; undefined in one that runs from source. */
export function embeddedBase(): EncodedBase | undefined {
  if (!IS_COMPILED) return undefined;
  const bytes = readEmbedded("keptBase");
  const headerAt = bytes.indexOf("\n") + 1;
  const header = bytes.toString("utf8", headerAt, bytes.indexOf("\n", headerAt));
  const { digest, engine } = JSON.parse(header) as Pick<EncodedBase, "digest" | "engine">;
  return { digest, engine, bytes };
}
