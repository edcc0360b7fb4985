import { ENGINE } from "../engine/engines.ts";

/** Loads and runs the worker. Its engine is compiled meanwhile, on another thread. */
export async function startWorker(parentPid: number): Promise<void> {
  ENGINE.module().catch(() => {}); // Whoever needs it hears of the failure.
  const { runWorker } = await import("./worker.ts");
  await runWorker(parentPid);
}
