import { OURS } from "./file-name.ts";
import { split } from "./inspect-text.ts";
import { includes, join, list, push, startsWith } from "./primordials.ts";

/** The frames of a stack that are the guest's, without the line feed at its end. */
export function guestFrames(stack: string): string {
  const lines = split(stack, "\n");
  const kept = list<string>();
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string;
    if (line !== "" && !includes(line, `(${OURS}`) && !includes(line, `at ${OURS}`))
      push(kept, line);
  }
  return join(kept, "\n");
}

/** Whether the engine made it: frames alone, without the line that names the error. */
export const isEngineStack = (stack: string): boolean => startsWith(stack, "    at ");
