import { LIMITS } from "../../core/limits.ts";
import { UsageError } from "../usage-error.ts";
import { isIncomplete } from "./input-state.ts";
import { PipedInput } from "./piped-input.ts";
import { Prompt } from "./prompt.ts";
import type { SessionDoor } from "./session-door.ts";

/** Inputs from a pipe: each is run when its lines are complete; no prompt, no colours. */
export async function piped(door: SessionDoor): Promise<void> {
  const prompt = new Prompt(door, false);
  let input = new PipedInput(isIncomplete);
  for await (const line of linesOf(Bun.stdin.stream())) {
    input.add(line);
    if (!input.isToRun()) continue;
    const next = await prompt.take(input.text);
    input = new PipedInput(isIncomplete);
    if (next === "leave") return;
  }
  if (input.text !== "") await prompt.take(input.text);
}

/** @throws UsageError for more text without a line end than a snippet may have */
async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of stream) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? "";
    yield* lines;
    if (rest.length > LIMITS.sourceBytesMax) {
      throw new UsageError(`a line is longer than ${LIMITS.sourceBytesMax} bytes`);
    }
  }
  if (rest !== "") yield rest;
}
