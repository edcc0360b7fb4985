import { LIMITS } from "../../src/core/limits.ts";
import { historySlack } from "../../src/core/retention.ts";
import type { Look } from "./look.ts";
import type { SoakOptions } from "./options.ts";

/** Memory at the end may be this much of what it was after the first executions. */
const GROWTH_MAX = 1.1;
/** A chain that younger states need, and what comes until a session is looked at again. */
const CHECKPOINTS_LAG = LIMITS.chainDepthMax + 3 * LIMITS.retentionSlack;
const executionsLag = (options: SoakOptions): number =>
  2 * historySlack({ checkpoints: options.keepCheckpoints, executions: options.keepExecutions });
/** What there is besides sessions: base images, templates, and the space that is left free. */
const OTHER_MIB = 16;
/** Rows with indexes, half-full pages: what a stored byte takes in the file at most. */
const OVERHEAD = 2;

export interface Finding {
  readonly what: string;
  readonly isGood: boolean;
}

/** @param first  After the first executions: what the end is compared with. */
export function verdict(first: Look, last: Look, options: SoakOptions): Finding[] {
  return [
    growth("memory of the daemon", first.daemonMib, last.daemonMib),
    growth("memory of the workers", first.workersMib, last.workersMib),
    noMore("processes", first.processes, last.processes),
    noMore("descriptors of the daemon", first.descriptors, last.descriptors),
    noMore("descriptors of the workers", first.workerDescriptors, last.workerDescriptors),
    atMost(
      "checkpoints of a session",
      last.checkpointsMax,
      options.keepCheckpoints + CHECKPOINTS_LAG,
    ),
    atMost(
      "executions of a session",
      last.executionsMax,
      options.keepExecutions + executionsLag(options),
    ),
    database(first, last, options),
  ];
}

/**
 * The states take what they took when every session had all that is kept of it; the history what the
 * executions kept take, of those that there were.
 */
function database(first: Look, last: Look, options: SoakOptions): Finding {
  const sessions = options.sessions;
  const ofState = (first.usedMib - first.historyMib) / Math.max(1, first.checkpoints);
  const states = sessions * (options.keepCheckpoints + CHECKPOINTS_LAG) * ofState;
  const ofExecution = last.historyMib / Math.max(1, last.storedExecutions);
  const rows = Math.min(
    last.executions,
    sessions * (options.keepExecutions + executionsLag(options)),
  );
  const bound = OTHER_MIB + OVERHEAD * (states + rows * ofExecution);
  return atMost("MiB of the database", Math.round(last.fileMib), Math.round(bound));
}

function growth(what: string, before: number, after: number): Finding {
  const times = after / before;
  return {
    what: `${what}: ${after.toFixed(0)} MiB, ${times.toFixed(2)} times the ${before.toFixed(0)} MiB after the first executions (at most ${GROWTH_MAX})`,
    isGood: times <= GROWTH_MAX,
  };
}

/** Fewer is as good: a connection that an earlier request left open may have been closed. */
const noMore = (what: string, before: number, after: number): Finding => ({
  what: `${what}: ${after}, and ${before} after the first executions`,
  isGood: after <= before,
});

const atMost = (what: string, count: number, max: number): Finding => ({
  what: `${what}: ${count} (at most ${max})`,
  isGood: count <= max,
});
