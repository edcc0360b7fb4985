import type { Execution, ExecutionEvent } from "../core/execution.ts";
import { fields, jsonText } from "./output.ts";

/** An execution with its events, as `exec repl`, `run-file` and `wait` print it. */
export function executionText(execution: Execution): string {
  const lines = [
    fields([
      ["Execution ID", execution.id],
      ["Status", execution.status],
    ]),
    ...outcomeLines(execution),
  ];
  if (execution.events) lines.push("", "Events:", ...execution.events.map(eventLine));
  return lines.join("\n");
}

export function outcomeLines(execution: Execution): string[] {
  if (execution.error) return [`Error: ${jsonText(execution.error)}`];
  if (execution.result) return [`Result: ${jsonText(execution.result)}`];
  return [];
}

export function eventLine(event: Pick<ExecutionEvent, "seq" | "type" | "payload">): string {
  return `[${event.seq}] ${event.type}: ${jsonText(event.payload)}`;
}

/** A snippet or a path as a cell of a table. */
export function shortened(text: string): string {
  const oneLine = text.replace(/\s+/g, " ").trim();
  return oneLine.length > 50 ? `${oneLine.slice(0, 49)}…` : oneLine;
}
