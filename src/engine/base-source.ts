import { IS_COMPILED } from "../core/compiled.ts";
import { type BaseImage, decodePlainBase } from "./base-image.ts";
import { readEmbedded } from "./embedded.ts";

let ours: Promise<BaseImage> | undefined;

/** The base image of this program. A built program carries it; one that runs from source boots it. */
export function baseImage(): Promise<BaseImage> {
  ours ??= IS_COMPILED
    ? Promise.resolve(decodePlainBase(readEmbedded("base")))
    : import("./boot-base.ts").then(({ baseFromFolder }) => baseFromFolder());
  return ours;
}
