import type { ExecutionEvent } from "../../core/execution.ts";
import { print, printError, printErrorRaw, printRaw } from "../output.ts";

/** What a guest prints goes where a program's own would: warnings and errors to stderr. */
export function showConsole({ type, payload }: Pick<ExecutionEvent, "type" | "payload">): void {
  const { level, text } = payload as { level?: unknown; text?: unknown };
  if (type === "stdout") printRaw(String(text));
  else if (type === "stderr") printErrorRaw(String(text));
  else if (type !== "console") return;
  else if (level === "warn" || level === "error") printError(String(text));
  else print(String(text));
}
