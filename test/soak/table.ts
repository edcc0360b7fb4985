import type { Look } from "./look.ts";

interface Column {
  readonly head: string;
  readonly cell: (look: Look, before: Look) => number;
}

const perExecution = (spent: number, { executions }: Look, before: Look): number =>
  (1000 * spent) / Math.max(1, executions - before.executions);

const COLUMNS: readonly Column[] = [
  { head: "executions", cell: (look) => look.executions },
  {
    head: "per second",
    cell: (look, before) =>
      (1000 * (look.executions - before.executions)) / (look.atMs - before.atMs),
  },
  {
    head: "daemon µs",
    cell: (look, before) => perExecution(look.daemonCpuMs - before.daemonCpuMs, look, before),
  },
  {
    head: "client µs",
    cell: (look, before) => perExecution(look.clientCpuMs - before.clientCpuMs, look, before),
  },
  { head: "daemon MiB", cell: (look) => look.daemonMib },
  { head: "workers MiB", cell: (look) => look.workersMib },
  { head: "processes", cell: (look) => look.processes },
  { head: "files", cell: (look) => look.descriptors },
  { head: "workers' files", cell: (look) => look.workerDescriptors },
  { head: "database MiB", cell: (look) => look.fileMib },
  { head: "used MiB", cell: (look) => look.usedMib },
  { head: "log MiB", cell: (look) => look.logMib },
  { head: "history MiB", cell: (look) => look.historyMib },
  { head: "checkpoints", cell: (look) => look.checkpoints },
  { head: "most", cell: (look) => look.checkpointsMax },
  { head: "kept executions", cell: (look) => look.storedExecutions },
];

export const head = (): string => COLUMNS.map((column) => column.head).join("  ");

/** @param before  What "per second" and CPU time per execution count from. */
export const row = (look: Look, before: Look): string =>
  COLUMNS.map((column) =>
    String(Math.round(column.cell(look, before))).padStart(column.head.length),
  ).join("  ");
