import { LIMITS } from "../core/limits.ts";
import { UsageError } from "./usage-error.ts";

/** All of stdin as text. @throws UsageError over the size that a source text may have */
export async function readStdin(): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of Bun.stdin.stream()) {
    sizeBytes += chunk.length;
    if (sizeBytes > LIMITS.sourceBytesMax) {
      throw new UsageError(
        `stdin holds more than the ${LIMITS.sourceBytesMax} bytes that a snippet may have`,
        "Put the code into a file of the worktree, or its data into one that it reads.",
      );
    }
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}
