import type { Runner } from "../core/ports/runner.ts";

/**
 * For a session that ends with its first execution: the state that this leaves is not looked for and
 * not written down, which takes as long as a small program does. Jobs that make the session keep theirs.
 */
export function forSoleRun(runner: Runner): Runner {
  return {
    run: (job, onEvents) => {
      const { kind } = job.action;
      const isIt = kind === "repl" || kind === "run_file";
      return runner.run(isIt ? { ...job, discard: true } : job, onEvents);
    },
    summary: () => runner.summary(),
    engine: () => runner.engine(),
    residents: () => runner.residents(),
    forget: (sessionId) => runner.forget(sessionId),
    close: () => runner.close(),
  };
}
