import {
  type LaunchCallbacks,
  launch,
  type SoleUse,
  type WorkerSubprocess,
  workerCommand,
} from "./launch.ts";

/** A worker that nobody has taken yet; what it said meanwhile waits. */
interface EarlyWorker {
  readonly child: WorkerSubprocess;
  take(callbacks: LaunchCallbacks): void;
}

let early: EarlyWorker | undefined;

/**
 * Starts a worker before anything else of the program is loaded, for a command that is sure to need
 * one: the process is up by the time the pool asks for it. A failure is left for the pool to meet.
 */
export function launchEarly(soleUse: SoleUse): void {
  const missed: ((callbacks: LaunchCallbacks) => void)[] = [];
  let taker: LaunchCallbacks | undefined;
  const tell = (what: (callbacks: LaunchCallbacks) => void) => {
    if (taker) what(taker);
    else missed.push(what);
  };
  try {
    const relay: LaunchCallbacks = {
      onMessage: (message) => tell((callbacks) => callbacks.onMessage(message)),
      onDisconnect: () => tell((callbacks) => callbacks.onDisconnect()),
      onExit: (exitCode, signal) => tell((callbacks) => callbacks.onExit(exitCode, signal)),
    };
    const child = launch(workerCommand(), relay, soleUse);
    early = {
      child,
      take(callbacks) {
        taker = callbacks;
        for (const what of missed.splice(0)) what(callbacks);
      },
    };
  } catch {
    // No process to be had: the pool's own try says so.
  }
}

/** As far as a command line shows it that nobody has parsed yet: a wrong guess costs some milliseconds. */
export const soleUseOf = (words: readonly string[]): SoleUse => ({
  language: words.some((word) => /\.m?ts$/.test(word)) ? "ts" : "js",
});

export interface TakenWorker {
  readonly child: WorkerSubprocess;
  /** For one program that its user waits for: it stands back for nobody. */
  readonly isSoleUse: boolean;
}

/** The worker that was started early, if there is one, else a new one. Throws as `launch` does. */
export function takeEarlyOrLaunch(
  command: readonly string[],
  callbacks: LaunchCallbacks,
): TakenWorker {
  if (!early) return { child: launch(command, callbacks), isSoleUse: false };
  const { child, take } = early;
  early = undefined;
  // The caller is still being made: it hears of the past when it is whole.
  queueMicrotask(() => take(callbacks));
  return { child, isSoleUse: true };
}
