import { ENGINE } from "../engine/engines.ts";

/**
 * Loads and runs the worker. Its engine is compiled meanwhile, on another thread.
 *
 * @param language  What it will have to read, where that is known.
 */
export async function startWorker(parentPid: number, language?: string): Promise<void> {
  ENGINE.module().catch(() => {}); // Whoever needs it hears of the failure.
  const { runWorker } = await import("./worker.ts");
  await runWorker(parentPid, () => prepareFor(language), language !== undefined);
}

async function prepareFor(language: string | undefined): Promise<void> {
  if (language === "js" || language === "ts") {
    (await import("../engine/warm-parser.ts")).warmParser(language);
  } else {
    // Whatever comes will have an image more often than not.
    (await import("../engine/compress.ts")).loadInflate();
  }
}
